import {readFile} from 'node:fs/promises';

interface Folders {
  cMapUrl?: string | null;
  standardFontDataUrl?: string | null;
  wasmUrl?: string | null;
}

interface DataFile {
  kind: keyof Folders;
  filename: string;
}

/**
 * Returns a class with which PDF.js reads its data files. Calls `onMissing` if a text needs
 * predefined character maps (ISO 32000-1, 9.7.5.2) that are not installed.
 */
export const createDataFileReader = (onMissing: () => void) =>
  class {
    readonly folders: Folders;

    constructor(folders: Folders) {
      this.folders = folders;
    }

    async fetch({kind, filename}: DataFile): Promise<Uint8Array> {
      const folder = this.folders[kind];
      try {
        if (!folder) throw new Error(`No folder is set for ${kind}.`);
        return new Uint8Array(await readFile(new URL(filename, folder)));
      } catch (error) {
        if (kind === 'cMapUrl') onMissing();
        throw error;
      }
    }
  };

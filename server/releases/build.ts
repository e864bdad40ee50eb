import {readFile} from 'node:fs/promises';
import path from 'node:path';

/** A file of a release, in every encoding in which browsers accept it. */
export interface ReleaseFile {
  name: string;
  contentType: string;
  bytes: Buffer;
  /** File in gzip encoding; null if the build made none. */
  gzip: Buffer | null;
  /** File in Brotli encoding; null if the build made none. */
  brotli: Buffer | null;
}

/** All files of one release. */
export interface ReleaseBuild {
  release: string;
  files: ReleaseFile[];
}

interface Manifest {
  version: string;
  files: {name: string}[];
}

const JAVASCRIPT = 'text/javascript; charset=utf-8';

/** Reads the files of the build's manifest. Returns undefined if the widget is not built. */
export const readBuild = async (folder: string): Promise<ReleaseBuild | undefined> => {
  const text = await readIfThere(path.join(folder, 'manifest.json'));
  if (!text) return undefined;
  const {version, files} = JSON.parse(text.toString()) as Manifest;
  return {
    release: version,
    files: await Promise.all(files.map(({name}) => readReleaseFile(folder, name))),
  };
};

const readReleaseFile = async (folder: string, name: string): Promise<ReleaseFile> => {
  const file = path.join(folder, name);
  const [bytes, gzip, brotli] = await Promise.all([
    readFile(file),
    readIfThere(`${file}.gz`),
    readIfThere(`${file}.br`),
  ]);
  return {name, contentType: JAVASCRIPT, bytes, gzip, brotli};
};

const readIfThere = async (file: string): Promise<Buffer | null> => {
  try {
    return await readFile(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
};

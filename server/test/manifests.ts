import path from 'node:path';
import {fileURLToPath, pathToFileURL} from 'node:url';

// dist/server/test/ -> the project
const PROJECT = fileURLToPath(new URL('../../../', import.meta.url));

interface Installer {
  installManifest: (folder: string) => string;
}

/** Returns `node_modules` of a folder with a manifest that `npm ci` leaves out, installing it if needed. */
export const installManifest = async (folder: string): Promise<string> => {
  const script = pathToFileURL(path.join(PROJECT, 'server/scripts/manifests.mjs')).href;
  return ((await import(script)) as Installer).installManifest(folder);
};

/** Imports a module from such a folder, so that it finds its packages there. */
export const importInstalled = async <T>(folder: string, module: string): Promise<T> => {
  await installManifest(folder);
  return (await import(pathToFileURL(path.join(PROJECT, folder, module)).href)) as T;
};

import path from 'node:path';
import {fileURLToPath, pathToFileURL} from 'node:url';

// dist/server/test/e2e/ -> the project
const PROJECT = fileURLToPath(new URL('../../../../', import.meta.url));

interface Installer {
  installManifest: (folder: string) => string;
}

/**
 * Returns the `node_modules` folder of `server/test/cases/package.json`, installing it if needed:
 * jQuery, Turbo, Lenis, Bootstrap, htmx and React 18, for pages that the widget is put on.
 */
export const pagePackages = async (): Promise<string> => {
  const script = pathToFileURL(path.join(PROJECT, 'server/scripts/manifests.mjs')).href;
  const {installManifest} = (await import(script)) as Installer;
  return installManifest('server/test/cases');
};

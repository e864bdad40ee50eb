// `node server/scripts/browser.mjs`: prints the browser that the tests use, installing it if needed.
import {existsSync} from 'node:fs';
import path from 'node:path';
import {pathToFileURL} from 'node:url';

import {installPackages, runs} from './packages.mjs';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];

/** Each candidate is proved by running it. Throws when there is none and none can be installed. */
export function findBrowser() {
  const chosen = process.env.CHROME_PATH;
  if (chosen) {
    if (runs(chosen)) return chosen;
    throw new Error(`CHROME_PATH is ${chosen}, which does not run.`);
  }
  const found = NAMES.find((name) => runs(name));
  if (found) return fileOf(found);
  if (installPackages('chromium') && runs('chromium')) return fileOf('chromium');
  throw new Error(
    'The tests need Chromium or Chrome: install one, or set CHROME_PATH to its program. ' +
      `Looked for ${NAMES.join(', ')}; installing it with apt-get needs root or sudo without a password.`,
  );
}

/** Not every driver of browsers looks for a bare name on the PATH. */
function fileOf(name) {
  const folders = (process.env.PATH ?? '').split(path.delimiter);
  return folders.map((folder) => path.join(folder, name)).find((file) => existsSync(file)) ?? name;
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  try {
    console.log(findBrowser());
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}

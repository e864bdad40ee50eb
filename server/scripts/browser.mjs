// `node server/scripts/browser.mjs`: prints the browser that the tests use, installing it if needed.
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
  if (found) return found;
  if (installPackages('chromium') && runs('chromium')) return 'chromium';
  throw new Error(
    'The tests need Chromium or Chrome: install one, or set CHROME_PATH to its program. ' +
      `Looked for ${NAMES.join(', ')}; installing it with apt-get needs root or sudo without a password.`,
  );
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  try {
    console.log(findBrowser());
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}

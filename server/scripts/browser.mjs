// `node server/scripts/browser.mjs`: prints the Chromium that the tests use, installing it if needed.
import {existsSync} from 'node:fs';
import path from 'node:path';
import {pathToFileURL} from 'node:url';

import {installPackages, runs, sayAloud} from './packages.mjs';

const CHROMIUM = {
  setting: 'CHROME_PATH',
  names: ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'],
  package: 'chromium',
};
const FIREFOX = {
  setting: 'FIREFOX_PATH',
  names: ['firefox-esr', 'firefox'],
  package: 'firefox-esr',
};
const WEBKIT_PACKAGES = ['webkit2gtk-driver', 'xvfb'];

/** Each candidate is proved by running it. Throws when there is none and none can be installed. */
export function findBrowser() {
  const found = find(CHROMIUM);
  if (found) return found;
  throw new Error(
    'The tests need Chromium or Chrome: install one, or set CHROME_PATH to its program. ' +
      `Looked for ${CHROMIUM.names.join(', ')}; installing it with apt-get needs root or sudo without a password.`,
  );
}

/** What the tests are told about the other browsers; what is not here is said aloud. */
export function otherBrowsersEnv() {
  return {...firefoxEnv(), ...webkitEnv()};
}

export function firefoxEnv() {
  const found = find(FIREFOX);
  if (found) return {FIREFOX_PATH: found};
  const reason = 'no Firefox: install it, or set FIREFOX_PATH to its program';
  return {TEST_FIREFOX_MISSING: sayAloud('FIREFOX', reason)};
}

/** WebKit comes as a driver with a small browser of its own, and needs a screen to draw on. */
function webkitEnv() {
  const isThere = () => runs('WebKitWebDriver', ['--help']) && Boolean(onPath('Xvfb'));
  if (isThere() || (installPackages(...WEBKIT_PACKAGES) && isThere())) return {};
  const reason = `no WebKit: install ${WEBKIT_PACKAGES.join(' and ')}`;
  return {TEST_WEBKIT_MISSING: sayAloud('WEBKIT', reason)};
}

function find({setting, names, package: packageName}) {
  const chosen = process.env[setting];
  if (chosen) {
    if (runs(chosen)) return chosen;
    throw new Error(`${setting} is ${chosen}, which does not run.`);
  }
  const first = () => names.find((name) => runs(name));
  const found = first() ?? (installPackages(packageName) ? first() : undefined);
  // Not every driver of browsers looks for a bare name on the PATH.
  return found && (onPath(found) ?? found);
}

function onPath(name) {
  const folders = (process.env.PATH ?? '').split(path.delimiter);
  return folders.map((folder) => path.join(folder, name)).find((file) => existsSync(file));
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  try {
    console.log(findBrowser());
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}

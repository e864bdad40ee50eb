// `node server/scripts/browser.mjs`: prints the path of Chromium, and installs it if needed.
import {existsSync} from 'node:fs';
import path from 'node:path';
import {pathToFileURL} from 'node:url';

import {installMissing, runs} from './packages.mjs';

export const CHROMIUM = {
  setting: 'CHROME_PATH',
  names: ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'],
  what: 'the browser tests (Chromium or Chrome, or CHROME_PATH)',
  packages: ['chromium'],
  isThere: () => Boolean(locate(CHROMIUM)),
};
export const FIREFOX = {
  setting: 'FIREFOX_PATH',
  names: ['firefox-esr', 'firefox'],
  what: 'the tests in Firefox (or FIREFOX_PATH)',
  packages: ['firefox-esr'],
  isThere: () => Boolean(locate(FIREFOX)),
};
/** The WebKit driver contains a small browser, which needs a virtual screen. */
export const WEBKIT = {
  what: 'the tests in WebKit',
  packages: ['webkit2gtk-driver', 'xvfb'],
  isThere: () => runs('WebKitWebDriver', ['--help']) && Boolean(onPath('Xvfb')),
};

/** Returns the program of Chromium, and installs it if needed. Throws if that is not possible. */
export async function findBrowser() {
  await installMissing([CHROMIUM]);
  return requireBrowser();
}

/** Returns the program of Chromium. Throws if there is none. */
export function requireBrowser() {
  const found = locate(CHROMIUM);
  if (found) return found;
  throw new Error(
    'Chromium and Chrome are not installed. Install one, or set CHROME_PATH to its program. ' +
      `Tried ${CHROMIUM.names.join(', ')}.`,
  );
}

/** Returns the program of a browser that was tested by running it; undefined if there is none. */
export function locate({setting, names}) {
  const chosen = process.env[setting];
  if (chosen) {
    if (runs(chosen)) return chosen;
    throw new Error(`${setting} is ${chosen}, which does not run. Set it to a browser's program.`);
  }
  const found = names.find((name) => runs(name));
  // Some browser drivers do not search the PATH for a bare name.
  return found && (onPath(found) ?? found);
}

function onPath(name) {
  const folders = (process.env.PATH ?? '').split(path.delimiter);
  return folders.map((folder) => path.join(folder, name)).find((file) => existsSync(file));
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  try {
    console.log(await findBrowser());
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}

import {firefox} from 'playwright-core';
import type {Browser} from 'playwright-core';

/** Command that standard builds of Firefox do not have, and that is sent for each context. */
const UNKNOWN_COMMAND = 'emulation.setMediaFeaturesOverride';

/** Connection of the driver to the browser, which is in the same process. */
interface Driver {
  _connection: {
    toImpl: (browser: unknown) => {
      _browserSession: {send: (command: string, values?: object) => Promise<unknown>};
    };
  };
}

/**
 * Starts a standard build of Firefox over WebDriver BiDi. Its users want reduced motion; a context
 * cannot change that, nor the colour scheme.
 */
export const launchFirefox = async (): Promise<Browser> => {
  const browser = await firefox.launch({
    channel: 'moz-firefox',
    executablePath: process.env['FIREFOX_PATH'] ?? '/usr/bin/firefox-esr',
    firefoxUserPrefs: {'ui.prefersReducedMotion': 1},
  });
  const {_connection: connection} = browser as unknown as Driver;
  const session = connection.toImpl(browser)._browserSession;
  const sessions = Object.getPrototypeOf(session) as typeof session;
  const send = sessions.send;
  sessions.send = function (command, values) {
    return command === UNKNOWN_COMMAND ? Promise.resolve({}) : send.call(this, command, values);
  };
  return browser;
};

import {createRequire} from 'node:module';

import type * as Puppeteer from 'puppeteer-core';
import type {ElementHandle, KeyInput, Page} from 'puppeteer-core';

import {PHONE_SCREEN} from './tab.js';
import type {BrowserKind, InputTab} from './tab.js';

// The test runner's loader cannot resolve the imports of the package's ES modules.
const {launch} = createRequire(import.meta.url)('puppeteer-core') as typeof Puppeteer;

/** Limit of each step; two other programs can keep both processors busy. */
const BUSY_MACHINE_MS = 120_000;

/** Firefox over WebDriver BiDi, which works with standard builds of Firefox. */
export const firefox: BrowserKind<InputTab> = {
  name: 'Firefox',
  missing: process.env['TEST_FIREFOX_MISSING'] ?? false,
  start: async (t, {language = 'en-GB', isPhone = false} = {}) => {
    const browser = await launch({
      browser: 'firefox',
      executablePath: process.env['FIREFOX_PATH'] ?? '/usr/bin/firefox-esr',
      headless: true,
      extraPrefsFirefox: {'intl.accept_languages': language},
    });
    t.teardown(() => browser.close());
    const noise: string[] = [];
    const openTab = async () => {
      const page = await browser.newPage();
      page.setDefaultTimeout(BUSY_MACHINE_MS);
      if (isPhone) await page.setViewport({...PHONE_SCREEN, hasTouch: true});
      page.on('console', (message) => noise.push(`${message.type()}: ${message.text()}`));
      page.on('pageerror', (error) => noise.push(`uncaught: ${String(error)}`));
      return createTab(page);
    };
    return {openTab, noise};
  },
};

// The library's type of a file chooser needs the types of a page, which are not available here.
type FoundElement = ElementHandle & {uploadFile(...paths: string[]): Promise<void>};

const createTab = (page: Page): InputTab => {
  const find = async (element: string) => (await page.evaluateHandle(element)) as FoundElement;
  return {
    go: async (url) => void (await page.goto(url)),
    reload: async () => void (await page.reload()),
    show: () => page.bringToFront(),
    read: async <T>(expression: string) => (await page.evaluate(expression)) as T,
    click: async (element) => (await find(element)).click(),
    type: async (element, text) => (await find(element)).type(text),
    choose: async (element, paths) => (await find(element)).uploadFile(...paths),
    close: () => page.close(),
    press: (keys) => press(page, keys.split('+') as KeyInput[]),
    enter: (text) => page.keyboard.type(text),
    tap: async (element) => (await find(element)).tap(),
    chooseInDialog: async (open, paths) => {
      const [chooser] = await Promise.all([page.waitForFileChooser(), open()]);
      await chooser.accept(paths);
    },
  };
};

const press = async ({keyboard}: Page, [...held]: KeyInput[]): Promise<void> => {
  const last = held.pop();
  for (const key of held) await keyboard.down(key);
  if (last) await keyboard.press(last);
  for (const key of held) await keyboard.up(key);
};

import {createRequire} from 'node:module';

import type * as Puppeteer from 'puppeteer-core';
import type {ElementHandle, Page} from 'puppeteer-core';

import type {BrowserKind, Tab} from './tab.js';

// The test runner's loader cannot resolve the imports of the package's ES modules.
const {launch} = createRequire(import.meta.url)('puppeteer-core') as typeof Puppeteer;

/** Limit of each step; two other programs can keep both processors busy. */
const BUSY_MACHINE_MS = 120_000;

/** Firefox over WebDriver BiDi, which works with standard builds of Firefox. */
export const firefox: BrowserKind = {
  name: 'Firefox',
  missing: process.env['TEST_FIREFOX_MISSING'] ?? false,
  start: async (t) => {
    const browser = await launch({
      browser: 'firefox',
      executablePath: process.env['FIREFOX_PATH'] ?? '/usr/bin/firefox-esr',
      headless: true,
      extraPrefsFirefox: {'intl.accept_languages': 'en-GB'},
    });
    t.teardown(() => browser.close());
    const noise: string[] = [];
    const openTab = async () => {
      const page = await browser.newPage();
      page.setDefaultTimeout(BUSY_MACHINE_MS);
      page.on('console', (message) => noise.push(`${message.type()}: ${message.text()}`));
      page.on('pageerror', (error) => noise.push(`uncaught: ${String(error)}`));
      return createTab(page);
    };
    return {openTab, noise};
  },
};

// The library's type of a file chooser needs the types of a page, which are not available here.
type FoundElement = ElementHandle & {uploadFile(...paths: string[]): Promise<void>};

const createTab = (page: Page): Tab => {
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
  };
};

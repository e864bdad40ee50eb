import type {ElementHandle, Page} from 'playwright-core';

import {collectConsole, openBrowser} from '../browser.js';
import type {BrowserKind, Tab} from './tab.js';

export const chromium: BrowserKind = {
  name: 'Chromium',
  missing: false,
  start: async (t) => {
    const context = await (
      await openBrowser(t)
    ).newContext({locale: 'en-GB', reducedMotion: 'reduce'});
    const noise: string[] = [];
    const openTab = async () => {
      const page = await context.newPage();
      collectConsole(page, noise);
      return createTab(page);
    };
    return {openTab, noise};
  },
};

const createTab = (page: Page): Tab => {
  const find = async (element: string) => {
    const handle = await page.evaluateHandle<unknown>(element);
    return handle.asElement() as ElementHandle;
  };
  return {
    go: async (url) => void (await page.goto(url)),
    reload: async () => void (await page.reload()),
    show: () => page.bringToFront(),
    read: <T>(expression: string) => page.evaluate<T>(expression),
    click: async (element) => (await find(element)).click(),
    type: async (element, text) => (await find(element)).type(text),
    choose: async (element, paths) => (await find(element)).setInputFiles(paths),
    close: () => page.close(),
  };
};

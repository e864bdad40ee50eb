import type {ElementHandle, Page} from 'playwright-core';

import {collectConsole, openBrowser} from '../browser.js';
import {PHONE_SCREEN} from './tab.js';
import type {BrowserKind, InputTab} from './tab.js';

export const chromium: BrowserKind<InputTab> = {
  name: 'Chromium',
  missing: false,
  start: async (t, {language = 'en-GB', isPhone = false} = {}) => {
    const browser = await openBrowser(t);
    const context = await browser.newContext({
      locale: language,
      reducedMotion: 'reduce',
      ...(isPhone && {viewport: PHONE_SCREEN, isMobile: true, hasTouch: true}),
    });
    const noise: string[] = [];
    const openTab = async () => {
      const page = await context.newPage();
      collectConsole(page, noise);
      return createTab(page);
    };
    return {openTab, noise};
  },
};

const createTab = (page: Page): InputTab => {
  // The driver replaces the dialog for files as long as it has a listener.
  page.on('filechooser', () => undefined);
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
    press: (key) => page.keyboard.press(key),
    enter: (text) => page.keyboard.type(text),
    tap: async (element) => (await find(element)).tap(),
    chooseInDialog: async (open, paths) => {
      const [chooser] = await Promise.all([page.waitForEvent('filechooser'), open()]);
      await chooser.setFiles(paths);
    },
  };
};

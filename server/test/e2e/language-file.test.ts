import type {BrowserContextOptions, Route} from 'playwright-core';
import t from 'tap';

import {startServer} from '../start-server.js';
import {until} from '../until.js';
import {openBrowser} from './browser.js';
import {createScriptTag, openSite} from './site-page.js';

const LANGUAGE_FILE = /^\/widget\/(\w\w)-[\w-]{8}\.js$/;

t.test('the file of the language', async (t) => {
  const {url} = await startServer(t);
  const browser = await openBrowser(t);

  /** Opens a page whose chat cannot be loaded, and collects the languages that it requests. */
  const openPage = async (attributes: string, stored = '', options: BrowserContextOptions = {}) => {
    const site = await openSite(browser, {
      body: createScriptTag(url, attributes),
      probe: stored && `localStorage.setItem('maria-chat:demo:lang', '${stored}')`,
      ...options,
    });
    await site.page.waitForFunction('MariaChat.element?.hasAttribute("data-turbo-permanent")');
    let release = (): void => undefined;
    const released = new Promise<void>((resolve) => (release = resolve));
    await site.page.route('**/widget/chat-*', async (route: Route) => {
      await released;
      await route.continue();
    });
    const getPaths = () => site.requested.map((requested) => new URL(requested).pathname);
    const getLanguages = () => getPaths().flatMap((path) => LANGUAGE_FILE.exec(path)?.[1] ?? []);
    return {...site, getPaths, getLanguages, release};
  };

  for (const approach of ['hover', 'focus', 'tap'] as const) {
    await t.test(`is requested with the chat after ${approach}, not before`, async (t) => {
      const {context, widget, getLanguages, getPaths} = await openPage('', '', {hasTouch: true});
      t.same(getLanguages(), []);

      await widget.root.locator('.launcher')[approach]();
      await until(() => getPaths().some((path) => path.includes('/chat-')));
      await until(() => getLanguages().length > 0);

      t.same(getLanguages(), ['en']);
      await context.close();
    });
  }

  await t.test('is requested once', async (t) => {
    const {context, widget, getLanguages, release} = await openPage('data-lang="de"');
    await widget.root.locator('.launcher').click();
    await until(() => getLanguages().length > 0);

    release();
    await widget.root.getByRole('dialog').waitFor();

    t.same(getLanguages(), ['de']);
    await context.close();
  });

  for (const [source, expected, attributes, stored, locale] of [
    ['that the visitor has chosen', 'fr', 'data-lang="de"', 'fr', 'es'],
    ['of the attribute', 'pt', 'data-lang="pt_PT"', '', 'es'],
    ['of the page, for an unknown one', 'en', 'data-lang="de"', 'xx', 'es'],
  ] as const) {
    await t.test(`is that of the language ${source}`, async (t) => {
      const {context, widget, getLanguages, release} = await openPage(attributes, stored, {locale});
      await widget.root.locator('.launcher').click();
      await until(() => getLanguages().length > 0);

      release();
      await widget.root.getByRole('dialog').waitFor();

      t.same(getLanguages(), [expected], 'the chat chooses the same');
      await context.close();
    });
  }

  await t.test('that fails does not keep the chat from its own request', async (t) => {
    const {page, context, widget, release} = await openPage('');
    await page.route('**/widget/en-*', (route) => route.abort());
    const failed = page.waitForEvent('requestfailed', (request) => request.url().includes('/en-'));
    await widget.root.locator('.launcher').hover();
    await failed;
    await page.unroute('**/widget/en-*');

    release();
    await widget.root.locator('.launcher').click();

    await t.resolves(widget.button('Start').waitFor());
    await context.close();
  });
});

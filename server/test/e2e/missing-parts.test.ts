import type {Page} from 'playwright-core';
import t from 'tap';

import {startServer} from '../start-server.js';
import {openBrowser, openDemo} from './browser.js';
import type {Widget} from './browser.js';

const NOT_LOADED = 'This part didn’t load. Please check your connection and try again.';
const GONE = 'chat-gone-now.js';

/** Responds to requests for these files like a server that has no release with them. */
const loseFiles = async (page: Page, pattern: string): Promise<() => Promise<void>> => {
  await page.route(pattern, (route) => route.fulfill({status: 404, body: '{}'}));
  return () => page.unroute(pattern);
};

const toFiles = async (widget: Widget) => {
  await widget.open();
  await widget.submitName('Ana');
  await widget.answerConsents(true, true);
  await widget.getByText('Please add your documents.').waitFor();
};

t.test('a page whose release no longer exists opens the current one', async (t) => {
  const server = await startServer(t);
  const browser = await openBrowser(t);
  const {page, widget, noise} = await openDemo(browser, server.url);
  await page.route('**/maria-chat.js', async (route) => {
    const response = await route.fetch();
    const loader = await response.text();
    await route.fulfill({response, body: loader.replaceAll(/chat-[\w-]{8,}\.js/g, GONE)});
  });
  const asked: string[] = [];
  page.on('request', (request) => asked.push(new URL(request.url()).pathname));
  await page.reload();

  await toFiles(widget);

  t.ok(asked.includes(`/widget/${GONE}`));
  t.ok(asked.includes('/widget/maria-chat.esm.js'));
  t.same(
    noise.filter((line) => !line.includes('404')),
    [],
  );
});

t.test('a file that no server has is reported as missing, and loaded later', async (t) => {
  const server = await startServer(t);
  const browser = await openBrowser(t);

  /** Opens a page and collects its errors and notices. */
  const open = async () => {
    const opened = await openDemo(browser, server.url);
    await opened.page.evaluate(`
      window.codes = [];
      addEventListener('maria-error', ({code}) => codes.push(code));
      addEventListener('maria-offline', ({isOffline}) => codes.push('offline ' + isOffline));`);
    return opened;
  };
  const getCodes = (page: Page) => page.evaluate<string[]>('codes');

  await t.test('the menu', async (t) => {
    const {page, context, widget} = await open();
    await toFiles(widget);
    const find = await loseFiles(page, '**/widget/dialogs-*');

    await widget.button('More').click();
    await widget.getByText(NOT_LOADED).waitFor();
    t.same(await getCodes(page), ['unavailable']);

    await find();
    await widget.button('More').click();
    await widget.root.getByRole('dialog', {name: 'More'}).waitFor();
    await context.close();
  });

  await t.test('the steps', async (t) => {
    const {page, context, widget} = await open();
    const find = await loseFiles(page, '**/widget/intake-*');
    await widget.button('Open chat').click();

    await widget.button('More').click();
    await widget.getByText(NOT_LOADED).waitFor();
    await widget.start();
    await widget.button('Try again').waitFor();
    await widget.button('Ask a question').click();
    await widget.root.locator('textarea').fill('Is a copy enough?');
    await widget.button('Send').click();
    await widget.button('More').click();
    t.equal(await widget.button('Try again').count(), 1, 'the way on stays');
    t.notOk((await getCodes(page)).some((code) => code.includes('offline')));

    await find();
    await widget.button('Try again').click();
    await widget.start();
    await widget.submitName('Ana');
    await widget.answerConsents(true, true);
    await widget.getByText('Please add your documents.').waitFor();
    await widget.getByText(NOT_LOADED).waitFor({state: 'detached'});
    await context.close();
  });

  await t.test('the live conversation', async (t) => {
    const {page, context, widget} = await open();
    await toFiles(widget);
    const find = await loseFiles(page, '**/widget/messages-*');

    await widget.button('Ask a question').click();
    await widget.getByText(NOT_LOADED).waitFor();
    t.same(await getCodes(page), ['unavailable']);

    await find();
    await widget.root.locator('textarea').fill('Is a copy enough?');
    await widget.button('Send').click();
    await widget.root.locator('.bubble', {hasText: 'Is a copy enough?'}).waitFor();
    await widget.getByText(NOT_LOADED).waitFor({state: 'detached'});
    await context.close();
  });

  await t.test('the texts of the questions, while their inputs are still loading', async (t) => {
    const url = `${server.url}/examples/questions.html`;
    const {page, context, widget, noise} = await openDemo(browser, url);
    const find = await loseFiles(page, '**/widget/questions-en-*');
    const lost = page.waitForResponse('**/widget/questions-en-*');
    await page.route('**/widget/inputs-*', async (route) => {
      await lost;
      // The browser reports a rejection without a handler before the next frame.
      await page.evaluate('new Promise(requestAnimationFrame)');
      await route.continue();
    });

    await widget.open();
    await widget.button('Try again').waitFor();
    t.same(
      noise.filter((line) => line.startsWith('uncaught')),
      [],
    );

    await find();
    await widget.button('Try again').click();
    await widget.start();
    await widget.submitName('Robin');
    await widget.root.getByLabel('Which company or club is the party for, Robin?').waitFor();
    await context.close();
  });

  await t.test('a language', async (t) => {
    const {page, context, widget} = await open();
    await toFiles(widget);
    const find = await loseFiles(page, '**/widget/de-*');

    await page.evaluate(`MariaChat.setLang('de')`);
    await widget.getByText(NOT_LOADED).waitFor();
    // The code may repeat, because the file is requested for the attribute and for the call.
    t.same([...new Set(await getCodes(page))], ['unavailable']);

    await find();
    await page.evaluate(`MariaChat.setLang('de')`);
    await widget.getByText('Bitte fügen Sie Ihre Unterlagen hinzu.').waitFor();
    await context.close();
  });
});

t.test('the backend’s URL is that of the script without a version', async (t) => {
  const server = await startServer(t);
  const browser = await openBrowser(t);
  const loader = await (await fetch(`${server.url}/maria-chat.js`)).text();
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.route('**/maria-chat.js', (route) =>
    route.fulfill({body: loader, contentType: 'text/javascript'}),
  );
  for (const [folder, base] of [
    ['/', ''],
    ['/v1/', ''],
    ['/0.1.0/', ''],
    ['/1.2.3-beta.1/', ''],
    ['/widget/', ''],
    ['/chat/', '/chat'],
    ['/chat/0.1.0/', '/chat'],
    ['/3d/', '/3d'],
    ['/3d/v1/', '/3d'],
    ['/h5/', '/h5'],
    ['/2024/', '/2024'],
    ['/my-widget/', '/my-widget'],
    ['/rev1/', '/rev1'],
  ] as const) {
    const body = `<!doctype html><body><script src="${folder}maria-chat.js"></script>`;
    await page.route('**/a-page', (route) => route.fulfill({body, contentType: 'text/html'}));
    await page.goto(`${server.url}/a-page`);
    const api = await page.locator('maria-chat').getAttribute('api');
    t.equal(api, `${server.url}${base}`, folder);
  }
});

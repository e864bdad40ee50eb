import type {BrowserContextOptions, Locator} from 'playwright-core';
import t from 'tap';

import {startServer} from '../start-server.js';
import {findViolations} from './axe.js';
import {openBrowser} from './browser.js';
import {PHONE, isTooWide, makeLead, openConsole} from './console-page.js';

const LOOKS: Record<string, BrowserContextOptions> = {
  light: {},
  dark: {colorScheme: 'dark'},
  'forced colours': {forcedColors: 'active'},
  phone: PHONE,
  'Arabic on a phone': {...PHONE, locale: 'ar'},
};

const PAGES: Record<string, (main: Locator) => Locator> = {
  'demo/leads?view=all': (main) => main.locator('.leads'),
  'demo/leads?view=done': (main) => main.locator('.empty'),
  LEAD: (main) => main.locator('.transcript'),
  'demo/funnel': (main) => main.locator('.bars, .empty'),
  'demo/site': (main) => main.locator('.site-page'),
  'demo/people': (main) => main.locator('.people'),
  account: (main) => main.locator('.sessions'),
  'no/such/page': (main) => main.locator('.empty'),
};

t.test('every page is accessible, and fits a window of 360 px, in every look', async (t) => {
  const server = await startServer(t);
  const {uuid} = await makeLead(server, {messages: ['Hello']});
  await makeLead(server, {name: 'n'.repeat(100), files: []});
  const browser = await openBrowser(t);
  for (const [look, context] of Object.entries(LOOKS)) {
    const {page, main, noise} = await openConsole(browser, server, '', {context});
    for (const [path, isThere] of Object.entries(PAGES)) {
      const name = `${path}, ${look}`;
      await page.goto(`${server.url}/console/${path.replace('LEAD', `leads/${uuid}`)}`);
      await isThere(main).waitFor();
      t.same(await findViolations(page), [], `axe finds nothing: ${name}`);
      t.equal(await isTooWide(page), false, `no sideways scrolling: ${name}`);
      t.ok((await page.locator('.primary:visible').count()) <= 1, `one filled button: ${name}`);
      await page.evaluate('document.documentElement.dir = "rtl"');
      t.equal(await isTooWide(page), false, `no sideways scrolling from right to left: ${name}`);
    }
    t.same(noise, [], look);
  }
});

t.test('on an Arabic phone, lists begin at the edge, and buttons stay in one line', async (t) => {
  const server = await startServer(t);
  const {page, main} = await openConsole(await openBrowser(t), server, 'demo/people', {
    context: {...PHONE, locale: 'ar'},
  });
  await main.locator('.people').waitFor();
  t.equal(await page.evaluate(START_OF_ROW), '0px');
  for (const locale of ['ar', 'en', 'fr']) {
    await server.sql`update accounts set locale = ${locale}`;
    await page.goto(`${server.url}/console/demo/site`);
    const copy = main.locator('.site-page .copy');
    await copy.first().waitFor();
    const heights = await Promise.all((await copy.all()).map((one) => one.boundingBox()));
    t.equal(new Set(heights.map((box) => box?.height)).size, 1, locale);
  }
});

// Page scripts are strings, because the types of a page are not those of the server.
const START_OF_ROW = `getComputedStyle(document.querySelector('.people tbody th')).paddingInlineStart`;

t.test('dialogs and the sign-in page are accessible', async (t) => {
  const server = await startServer(t);
  const {uuid} = await makeLead(server);
  const browser = await openBrowser(t);
  for (const context of [{}, {...PHONE, colorScheme: 'dark' as const}]) {
    const {page, main} = await openConsole(browser, server, `leads/${uuid}`, {context});
    for (const item of ['Correct…', 'Erase…']) {
      await main.getByRole('button', {name: 'More'}).click();
      await page.getByRole('button', {name: item}).click();
      await page.getByRole('dialog').waitFor();
      t.same(await findViolations(page), [], item);
      t.equal(await isTooWide(page), false);
      await page.keyboard.press('Escape');
    }
    await page.context().clearCookies();
    await page.goto(`${server.url}/console/`);
    await page.getByRole('button', {name: 'Send me a link'}).waitFor();
    t.same(await findViolations(page), [], 'sign in');
    t.equal(await isTooWide(page), false);
  }
});

t.test('the language of the account counts before that of the browser', async (t) => {
  const server = await startServer(t);
  const {page, main, noise} = await openConsole(await openBrowser(t), server, 'account');
  await main.getByLabel('Language').selectOption('ar');
  await main.getByRole('heading', {name: 'الحساب'}).waitFor();
  t.equal(await page.evaluate('document.documentElement.dir'), 'rtl');
  await page.reload();
  await main.getByRole('heading', {name: 'الحساب'}).waitFor();
  await main.getByLabel('اللغة').selectOption('');
  await main.getByRole('heading', {name: 'Account'}).waitFor();
  t.equal(await page.evaluate('document.documentElement.lang'), 'en');
  t.same(noise, []);
});

t.test('the theme of a browser is kept', async (t) => {
  const server = await startServer(t);
  const {page, main} = await openConsole(await openBrowser(t), server, 'account');
  const readScheme = () =>
    page.evaluate<string>('getComputedStyle(document.documentElement).colorScheme');
  await main.getByLabel('Dark').check();
  t.equal(await readScheme(), 'dark');
  await page.reload();
  await main.getByLabel('Dark').waitFor();
  t.equal(await readScheme(), 'dark');
  await main.getByLabel('As the system').check();
  t.equal(await readScheme(), 'light dark');
});

import type {Page} from 'playwright-core';
import t from 'tap';
import type {Test} from 'tap';

import {findViolations} from './axe.js';
import {collectConsole} from './browser.js';
import {PHONE, findTooWide, openConsole, startConsole} from './console-page.js';
import {CONSOLE_STATES, StatePages} from './console-states.js';
import {createWorld} from './console-world.js';

const {server, browser} = await startConsole(t);
const world = await createWorld(server);

const DESKTOP = {width: 1280, height: 800};
/** Windows as wide as a small phone, and as a desktop window at 200 % and at 400 %. */
const WIDTHS = [360, 640, 320];

/** Output of a browser about calls that these states let fail, and about a field that has the focus. */
const EXPECTED =
  /status of (401|404|410|500)|ERR_INTERNET_DISCONNECTED|ERR_FAILED|Autofocus processing was blocked/;

const requireFit = async (t: Test, page: Page, name: string): Promise<void> => {
  for (const width of WIDTHS) {
    await page.setViewportSize({width, height: 740});
    t.same(await findTooWide(page), [], `${name} fits a window of ${width} px`);
  }
};

t.test('every state is accessible in light and dark colours, and fits every window', async (t) => {
  const pages = new StatePages(browser, world, {viewport: DESKTOP});
  const noise: string[] = [];
  for (const state of CONSOLE_STATES) {
    const {name} = state;
    const page = await pages.reach(state, (page) => collectConsole(page, noise));
    t.same(await findViolations(page), [], `axe finds nothing: ${name}`);
    // Behind a dialog, nothing can be pressed.
    const hasDialog = (await page.locator('dialog:modal').count()) > 0;
    const filled = page.locator(`${hasDialog ? 'dialog ' : ''}.primary:visible`);
    t.ok((await filled.count()) <= 1, `one filled button: ${name}`);
    await page.emulateMedia({forcedColors: 'active'});
    await requireFit(t, page, `${name}, forced colours`);
    await page.emulateMedia({colorScheme: 'dark', forcedColors: 'none'});
    await page.setViewportSize({width: 360, height: 740});
    t.same(await findViolations(page), [], `axe finds nothing: ${name}, dark, on a phone`);
    await page.emulateMedia({colorScheme: 'light'});
    await page.setViewportSize(DESKTOP);
  }
  t.same(
    noise.filter((line) => !EXPECTED.test(line)),
    [],
  );
});

t.test('every state is accessible from right to left, and fits a phone', async (t) => {
  const pages = new StatePages(browser, world, {...PHONE, locale: 'ar'});
  for (const state of CONSOLE_STATES) {
    const page = await pages.reach(state);
    t.equal(await page.evaluate('document.documentElement.dir'), 'rtl');
    const found = await findViolations(page, 'html', {colours: false});
    t.same(found, [], `axe finds nothing: ${state.name}`);
    t.same(await findTooWide(page), [], `${state.name} fits`);
  }
});

t.test('on an Arabic phone, lists begin at the edge, and buttons stay in one line', async (t) => {
  const {page, main, owner} = await openConsole(browser, server, 'demo/people', {
    context: {...PHONE, locale: 'ar'},
  });
  await main.locator('.people').waitFor();
  t.equal(await page.evaluate(START_OF_ROW), '0px');
  for (const locale of ['ar', 'en', 'fr']) {
    await server.sql`update accounts set locale = ${locale} where id = ${owner.accountId}`;
    await page.goto(`${server.url}/console/demo/site`);
    const copy = main.locator('.site-page .copy:visible');
    await copy.first().waitFor();
    const heights = await Promise.all((await copy.all()).map((one) => one.boundingBox()));
    t.equal(new Set(heights.map((box) => box?.height)).size, 1, locale);
  }
});

// Page scripts are strings, because the types of a page are not those of the server.
const START_OF_ROW = `getComputedStyle(document.querySelector('.people tbody th')).paddingInlineStart`;

t.test('the language of the account counts before that of the browser', async (t) => {
  const {page, main, noise} = await openConsole(browser, server, 'account');
  await main.getByLabel('Language').waitFor();
  const choices = await main.getByLabel('Language').locator('option').allInnerTexts();
  t.same(
    choices.map((text) => text.trim()),
    [
      'Language of the browser',
      ...['English', 'español', 'Deutsch', 'français', 'português (Brasil)', 'العربية'],
    ],
  );
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
  const {page, main} = await openConsole(browser, server, 'account');
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

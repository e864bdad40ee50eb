import type {Locator, Page} from 'playwright-core';
import t from 'tap';

import {insertLeads} from '../lead-helpers.js';
import {startServer} from '../start-server.js';
import {makeTextPdf} from '../text-pdf.js';
import {openBrowser} from './browser.js';
import {focusedName, makeLead, openConsole, saveFrom, tabTo} from './console-page.js';

t.test('a new lead comes in while the list is open, with the counts', async (t) => {
  const server = await startServer(t);
  const {page, main, noise} = await openConsole(await openBrowser(t), server, '');
  await main.getByText('Your first lead appears here').waitFor();
  t.match(await main.locator('pre').textContent(), 'data-site="demo"', 'it shows the snippet');
  await makeLead(server, {name: 'Zora'});
  await main.getByRole('link', {name: 'Unconfirmed 1'}).click();
  await main.getByRole('link', {name: 'Zora'}).waitFor();
  await makeLead(server, {name: 'Yuri'});
  await main.getByRole('link', {name: 'Yuri'}).waitFor();
  await main.getByRole('link', {name: 'Unconfirmed 2'}).waitFor();
  t.equal(new URL(page.url()).pathname, '/console/demo/leads');
  t.same(noise, []);
});

t.test('the list is worked through with the keyboard only', async (t) => {
  const server = await startServer(t);
  for (const name of ['Anna', 'Ben', 'Cleo']) await makeLead(server, {name});
  const {page, main, noise} = await openConsole(
    await openBrowser(t),
    server,
    'demo/leads?view=all',
  );
  await main.getByRole('link', {name: 'Cleo'}).waitFor();
  await page.keyboard.press('j');
  t.equal(await focusedName(page), 'Cleo', 'the newest is first');
  await page.keyboard.press('j');
  t.equal(await focusedName(page), 'Ben');
  await page.keyboard.press('x');
  await main.getByText('1 selected').waitFor();
  await page.keyboard.press('e');
  await page.getByText('Marked as done.').waitFor();
  await main.getByRole('link', {name: 'Done 1'}).waitFor();

  await page.keyboard.press('/');
  await page.keyboard.type('Anna');
  await main.getByRole('link', {name: 'All 1'}).waitFor();
  t.notMatch(page.url(), /Anna/i, 'the searched name is in no URL');
  await page.keyboard.press('Enter');
  t.equal(await focusedName(page), 'Anna');
  await page.keyboard.press('Enter');
  await main.getByRole('heading', {name: 'Anna'}).waitFor();
  await page.keyboard.press('Escape');
  await main.getByRole('link', {name: 'All 1'}).waitFor();

  await page.keyboard.press('?');
  await page.getByRole('dialog', {name: 'Keyboard shortcuts'}).waitFor();
  await page.keyboard.press('Escape');
  await page.keyboard.press('g');
  await page.keyboard.press('p');
  await main.getByRole('heading', {name: 'People'}).waitFor();
  await tabTo(page, 'Invite');
  await page.keyboard.press('Enter');
  await page.getByRole('dialog', {name: 'Invite a person'}).waitFor();
  await page.keyboard.type('ben@example.com');
  t.equal(await page.getByLabel('E-mail address').inputValue(), 'ben@example.com');
  t.same(noise, []);
});

t.test('keys do nothing in a field, nor when they are switched off', async (t) => {
  const server = await startServer(t);
  await makeLead(server, {name: 'Anna'});
  const {page, main} = await openConsole(await openBrowser(t), server, 'demo/leads?view=all');
  await main.getByRole('link', {name: 'Anna'}).waitFor();
  await page.keyboard.press('/');
  await page.keyboard.type('j?');
  t.equal(await main.getByRole('searchbox').inputValue(), 'j?');
  t.equal(await page.getByRole('dialog').count(), 0);

  await page.goto(`${server.url}/console/account`);
  await main.getByLabel(/Single keys are shortcuts/).uncheck();
  await page.keyboard.press('?');
  t.equal(await page.getByRole('dialog').count(), 0);
  await main.getByLabel(/Single keys are shortcuts/).check();
  await page.keyboard.press('?');
  await page.getByRole('dialog', {name: 'Keyboard shortcuts'}).waitFor();
});

t.test('all shown leads are erased, after a question whose first answer keeps them', async (t) => {
  const server = await startServer(t);
  await makeLead(server, {name: 'Anna'});
  await makeLead(server, {name: 'Ben'});
  const {page, main} = await openConsole(
    await openBrowser(t),
    server,
    'demo/leads?view=unconfirmed',
  );
  await main.getByRole('link', {name: 'Ben'}).waitFor();
  await main.getByLabel('Select all shown leads').check();
  await main.getByRole('button', {name: 'Erase…'}).click();
  const dialog = page.getByRole('dialog', {name: 'Erase 2 leads?'});
  await dialog.waitFor();
  t.equal(await focusedName(page), 'Keep', 'Enter keeps them');
  await page.keyboard.press('Enter');
  await dialog.waitFor({state: 'detached'});
  t.equal((await server.sql`select from leads`).length, 2);

  await main.getByRole('button', {name: 'Erase…'}).click();
  await dialog.getByRole('button', {name: 'Erase 2 leads'}).click();
  await main.getByText('Your first lead appears here').waitFor();
  t.equal((await server.sql`select from leads`).length, 0);
});

t.test('nothing is erased if a lead came in after all that was found was selected', async (t) => {
  const server = await startServer(t);
  await insertLeads(server, 60);
  const {page, main} = await openConsole(
    await openBrowser(t),
    server,
    'demo/leads?view=unconfirmed',
  );
  await main.getByRole('link', {name: 'Unconfirmed 60'}).waitFor();
  await main.getByLabel('Select all shown leads').check();
  await main.getByRole('button', {name: 'Select all 60'}).click();
  await main.getByRole('button', {name: 'Erase…'}).click();
  const dialog = page.getByRole('dialog', {name: 'Erase 60 leads?'});
  await dialog.waitFor();
  await makeLead(server, {name: 'Zora', files: []});
  await dialog.getByRole('button', {name: 'Erase 60 leads'}).click();
  await dialog.getByText(/has changed/).waitFor();
  t.equal((await server.sql`select from leads`).length, 61);
});

t.test('no URL and no Referer has a name, an e-mail address or a searched word', async (t) => {
  const server = await startServer(t);
  const text = 'zwiebelfisch';
  const files = [{name: 'cv.pdf', bytes: makeTextPdf([['Curriculum vitae']])}];
  await makeLead(server, {
    ...{files, name: `Zora ${text}`, email: `zora@${text}.example`, messages: [text]},
  });
  const {page, main, context} = await openConsole(
    await openBrowser(t),
    server,
    'demo/leads?view=all',
  );
  const seen: string[] = [];
  context.on('request', (request) => seen.push(request.url(), request.headers()['referer'] ?? ''));
  await main.getByRole('searchbox').fill(text);
  await main.getByRole('link', {name: 'All 1'}).waitFor();
  await page.keyboard.press('Enter');
  await page.keyboard.press('Enter');
  await main.getByRole('heading', {name: `Zora ${text}`}).waitFor();
  const documents = main.locator('.documents');
  await documents.getByRole('button', {name: /Look at .cv.pdf/}).click();
  await documents.getByRole('button', {name: 'Show pages'}).click();
  await page.frameLocator('iframe').locator('canvas').waitFor();
  await Promise.all([
    page.waitForEvent('download'),
    documents.getByRole('button', {name: /Download .cv.pdf/}).click(),
  ]);
  await page.reload();
  await main.getByRole('heading', {name: `Zora ${text}`}).waitFor();
  t.ok(seen.length > 10, `${seen.length} URLs and referrers`);
  t.same(
    seen.filter((url) => decodeURIComponent(url).toLowerCase().includes(text)),
    [],
  );
  t.notMatch(page.url(), text);
});

t.test('an owner downloads what is filtered; an agent has no such button', async (t) => {
  const server = await startServer(t);
  await makeLead(server, {name: 'Anna'});
  const browser = await openBrowser(t);
  const {page, main} = await openConsole(browser, server, 'demo/leads?view=unconfirmed');
  await main.getByRole('link', {name: 'Anna'}).waitFor();
  const {name, text} = await exportCsv(page, main.locator('.head'), '1 lead');
  t.match(name, /^leads-.*\.csv$/);
  t.match(text, 'Anna');

  const agent = await openConsole(browser, server, 'demo/leads?view=all', {roles: {demo: 'agent'}});
  await agent.main.getByRole('link', {name: 'Anna'}).waitFor();
  t.equal(await agent.main.getByRole('button', {name: 'Export'}).count(), 0);
  t.equal(await agent.page.getByRole('link', {name: 'People'}).count(), 0);
});

t.test('with a selection, exactly the selected leads are downloaded', async (t) => {
  const server = await startServer(t);
  for (const name of ['Anna', 'Ben', 'Cleo']) await makeLead(server, {name});
  const {page, main} = await openConsole(
    await openBrowser(t),
    server,
    'demo/leads?view=unconfirmed',
  );
  for (const name of ['Anna', 'Cleo']) await main.getByLabel(`Select \u2068${name}\u2069`).check();
  t.equal(await main.getByRole('button', {name: 'Export'}).count(), 1);
  const {text} = await exportCsv(page, main.locator('.bulk'), '2 leads');
  t.match(text, 'Anna');
  t.match(text, 'Cleo');
  t.notMatch(text, 'Ben');
  await page.getByText('Your browser downloads the export.').waitFor();
  const [notice, bar] = await Promise.all([
    page.locator('.toast').boundingBox(),
    main.locator('.bulk').boundingBox(),
  ]);
  t.ok(notice && bar && notice.y + notice.height <= bar.y, 'the notice covers no button');
});

/** Downloads a table with the menu _Export_ of a part of the page, which shows the number of leads. */
const exportCsv = async (page: Page, part: Locator, count: string) => {
  await part.getByRole('button', {name: 'Export', exact: true}).click();
  await page.locator(':popover-open').getByText(count, {exact: true}).waitFor();
  return saveFrom(page, () => part.getByRole('button', {name: 'Table (CSV)'}).click());
};

t.test('the list is where it was after a lead', async (t) => {
  const server = await startServer(t);
  for (const name of ['Anna', 'Ben']) await makeLead(server, {name});
  const {page, main} = await openConsole(
    await openBrowser(t),
    server,
    'demo/leads?view=unconfirmed',
  );
  await main.getByRole('link', {name: 'Anna'}).click();
  await main.getByRole('heading', {name: 'Anna'}).waitFor();
  await main.getByRole('link', {name: 'Previous lead'}).click();
  await main.getByRole('heading', {name: 'Ben'}).waitFor();
  await page.goBack();
  await main.getByRole('link', {name: 'Unconfirmed 2'}).waitFor();
  t.match(page.url(), 'view=unconfirmed');
});

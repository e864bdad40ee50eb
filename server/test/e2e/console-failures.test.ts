import t from 'tap';
import type {Test} from 'tap';

import {startServer} from '../start-server.js';
import {openBrowser} from './browser.js';
import {makeLead, openConsole, saveFrom} from './console-page.js';

/** Opens the list with one lead, and then takes the connection away. */
const openListOffline = async (t: Test) => {
  const server = await startServer(t);
  await makeLead(server, {name: 'Anna'});
  const {page, main, context} = await openConsole(
    await openBrowser(t),
    server,
    'demo/leads?view=all',
  );
  await main.getByRole('link', {name: 'Anna'}).waitFor();
  await context.setOffline(true);
  await page.getByText('You are offline.').waitFor();
  return {server, page, main, context};
};

t.test('an error names its request, and Try again loads the page', async (t) => {
  const server = await startServer(t);
  await makeLead(server, {name: 'Anna'});
  const {page, main} = await openConsole(await openBrowser(t), server, 'account');
  await main.locator('.sessions').waitFor();
  await server.sql`alter table leads rename to leads_away`;
  await page.goto(`${server.url}/console/demo/leads?view=all`);
  await main.getByText(/The server has encountered an error/).waitFor();
  const id = await main.locator('.problem code').textContent();
  t.ok(
    server.logLines.some((line) => line['req'] === id),
    'the log has the request',
  );
  await server.sql`alter table leads_away rename to leads`;
  await main.getByRole('button', {name: 'Try again'}).click();
  await main.getByRole('link', {name: 'Anna'}).waitFor();
});

t.test('offline, the list stays readable, and is right again afterwards', async (t) => {
  const {server, page, main, context} = await openListOffline(t);
  await page.keyboard.press('j');
  await page.keyboard.press('e');
  await page.getByText(/The server cannot be reached/).waitFor();
  t.ok(await main.getByRole('link', {name: 'Anna'}).isVisible());
  await makeLead(server, {name: 'Ben'});
  await context.setOffline(false);
  await main.getByRole('link', {name: 'Ben'}).waitFor();
  await page.getByText('You are offline.').waitFor({state: 'detached'});
  const [{count} = {count: 0}] = await server.sql`
    select count(*)::int as count from leads where status = 'done'`;
  t.equal(count, 0, 'the change did not happen later');
});

t.test('a lead that is pressed offline opens when the connection is back', async (t) => {
  const {page, main, context} = await openListOffline(t);
  const lead = main.getByRole('link', {name: 'Anna'});
  await lead.click();
  await page.getByText(/opens when the connection is back/).waitFor();
  t.ok(await lead.isVisible(), 'the list stays');
  t.equal(await page.getByRole('alert').count(), 0);
  await context.setOffline(false);
  await main.getByRole('heading', {name: 'Anna'}).waitFor();
  await page.goBack();
  await lead.waitFor();
});

/** The page has drawn what it has received. */
const NEXT_FRAMES = `new Promise((resolve) => {
  requestAnimationFrame(() => requestAnimationFrame(resolve));
})`;

t.test('a response that was on its way does not hide that the page is offline', async (t) => {
  const server = await startServer(t);
  await makeLead(server, {name: 'Anna'});
  const {page, main} = await openConsole(await openBrowser(t), server, 'demo/leads?view=all');
  await main.getByRole('link', {name: 'Anna'}).waitFor();
  const answered = page.waitForResponse(/\/api\/owner\/account/);
  const isHeld = new Promise<() => void>((resolve) => {
    void page.route(/\/api\/owner\/account/, (route) => resolve(() => void route.continue()));
  });
  // A page that gets the focus loads its account.
  await page.evaluate(`dispatchEvent(new Event('focus'))`);
  const answer = await isHeld;
  await page.evaluate(`dispatchEvent(new Event('offline'))`);
  await page.getByText('You are offline.').waitFor();
  answer();
  await (await answered).finished();
  await page.evaluate(NEXT_FRAMES);
  t.ok(await page.getByText('You are offline.').isVisible());
  await page.evaluate(`dispatchEvent(new Event('online'))`);
  await page.getByText('You are offline.').waitFor({state: 'detached'});
});

t.test('a view that is chosen offline is loaded when the connection is back', async (t) => {
  const {main, context} = await openListOffline(t);
  await main.getByRole('link', {name: /^Done/}).click();
  await main.getByText(/The server cannot be reached/).waitFor();
  await context.setOffline(false);
  await main.getByText('This view has no leads at the moment.').waitFor();
  t.equal(await main.getByRole('alert').count(), 0);
});

t.test('a page whose file is gone after an upgrade is loaded with the new release', async (t) => {
  const server = await startServer(t);
  await makeLead(server, {name: 'Anna'});
  const {page, main} = await openConsole(await openBrowser(t), server, 'demo/leads?view=all');
  const lead = main.getByRole('link', {name: 'Anna'});
  await lead.waitFor();
  const isCodeOfLead = /\/console\/assets\/lead-/;
  let requests = 0;
  await page.route(isCodeOfLead, (route) => {
    requests += 1;
    return route.fulfill({status: 404, json: {}});
  });
  await lead.click();
  await main.getByText(/The console has a new version/).waitFor();
  t.equal(requests, 2, 'the page is loaded again once');
  await page.unroute(isCodeOfLead);
  await main.getByRole('button', {name: 'Try again'}).click();
  await main.getByRole('heading', {name: 'Anna'}).waitFor();
});

t.test('a page that gets the focus shows sites and roles that were changed', async (t) => {
  const server = await startServer(t);
  const {page, owner} = await openConsole(await openBrowser(t), server, 'account', {
    roles: {demo: 'agent'},
  });
  const pages = page.getByRole('navigation', {name: 'Pages'});
  await pages.getByRole('link', {name: 'Site'}).waitFor();
  t.equal(await pages.getByRole('link', {name: 'People'}).count(), 0);
  const [{created} = {created: null}] = await server.sql<{created: Date}[]>`
    update memberships set role = 'owner' where account_id = ${owner.accountId}
    returning created_at as created`;
  await server.sql`
    insert into memberships (account_id, site_key, role, created_at)
    values (${owner.accountId}, 'workshop', 'owner', ${created})`;

  await page.evaluate(`dispatchEvent(new FocusEvent('focus'))`);
  await pages.getByRole('link', {name: 'People'}).waitFor();
  await page.getByRole('combobox', {name: 'Site', exact: true}).selectOption('Workshop');
  await page.getByRole('heading', {name: 'Leads'}).waitFor();
});

t.test('an ended session shows the sign-in page, at the same URL', async (t) => {
  const server = await startServer(t);
  const {uuid} = await makeLead(server, {name: 'Anna'});
  const {page, main, owner} = await openConsole(await openBrowser(t), server, `leads/${uuid}`);
  await main.getByRole('heading', {name: 'Anna'}).waitFor();
  await owner.call('POST', '/api/owner/sign-out', {json: {everywhere: true}});
  await page.getByRole('button', {name: 'Send me a link'}).waitFor();
  t.equal(new URL(page.url()).pathname, `/console/leads/${uuid}`);
  t.equal(await page.getByText('Anna').count(), 0);
});

t.test('a download that fails names its request, and is tried again', async (t) => {
  const server = await startServer(t);
  const {uuid} = await makeLead(server, {name: 'Anna'});
  const {page, main} = await openConsole(await openBrowser(t), server, 'demo/leads?view=all');
  const fail = async (table: string, press: () => Promise<void>) => {
    await server.sql.unsafe(`alter table ${table} rename to away`);
    await press();
    const dialog = page.getByRole('dialog', {name: 'The download failed'});
    const id = await dialog.locator('code').textContent();
    t.ok(
      server.logLines.some((line) => line['req'] === id),
      'the log has the request',
    );
    await dialog.getByRole('button', {name: 'Try again'}).click();
    await dialog.getByText(id ?? '').waitFor({state: 'detached'});
    await dialog.getByText(/The server has encountered an error/).waitFor();
    await server.sql.unsafe(`alter table away rename to ${table}`);
    const {name} = await saveFrom(page, () =>
      dialog.getByRole('button', {name: 'Try again'}).click(),
    );
    await dialog.waitFor({state: 'detached'});
    return name;
  };

  await main.getByRole('link', {name: 'Anna'}).waitFor();
  const exported = await fail('lead_exports', async () => {
    await main.getByRole('button', {name: 'Export'}).click();
    await page.getByRole('button', {name: 'Table (CSV)'}).click();
  });
  t.match(exported, /^leads-.*\.csv$/);

  await page.goto(`${server.url}/console/leads/${uuid}`);
  await main.getByRole('heading', {name: 'Anna'}).waitFor();
  const all = await fail('audit_logs', async () => {
    await main.getByRole('button', {name: 'More'}).click();
    await page.getByRole('button', {name: 'Download all'}).click();
  });
  t.equal(all, `maria-${uuid}.zip`);
});

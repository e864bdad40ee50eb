import t from 'tap';

import {startServer} from '../start-server.js';
import {openBrowser} from './browser.js';
import {makeLead, openConsole} from './console-page.js';

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

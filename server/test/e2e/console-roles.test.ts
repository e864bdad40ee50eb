import {randomUUID} from 'node:crypto';

import t from 'tap';

import {createLead} from '../lead-helpers.js';
import {makeLead, openConsole, startConsole} from './console-page.js';

const {server, browser} = await startConsole(t);

t.test('a refused change of role leaves the true role in the list', async (t) => {
  const {main, page, owner} = await openConsole(browser, server, 'demo/people', {name: 'Olga'});
  await server.sql`
    delete from memberships where site_key = 'demo' and account_id <> ${owner.accountId}`;
  const role = main.locator('.people select');
  await role.selectOption('Observer');
  await page
    .getByRole('status')
    .getByText(/^A site needs an owner/)
    .waitFor();
  await main.locator('.people').waitFor();

  t.equal(await role.inputValue(), 'owner');
});

t.test('a page that the role may not see leads to the first one that it may', async (t) => {
  const {uuid} = await makeLead(server);
  for (const path of ['demo/leads', 'demo/people', `leads/${uuid}`]) {
    const {main, page} = await openConsole(browser, server, path, {roles: {demo: 'observer'}});
    await main.getByRole('heading', {name: 'Funnel'}).waitFor();
    await page.getByText('Your role has no access to the page that you asked for.').waitFor();
    t.equal(new URL(page.url()).pathname, '/console/demo/funnel', path);
  }
});

t.test('an unknown lead leads back to the list', async (t) => {
  const {main} = await openConsole(browser, server, `leads/${randomUUID()}`);
  await main.getByText('This does not exist, or your account has no access to it.').waitFor();
  t.same(await main.getByRole('button').allInnerTexts(), []);
  await main.getByRole('link', {name: 'Back to the list'}).click();
  await main.getByRole('heading', {name: 'Leads'}).waitFor();
});

t.test('the question before an erasure names the lead', async (t) => {
  const named = await makeLead(server, {name: 'Anna'});
  const {main, page} = await openConsole(browser, server, `leads/${named.uuid}`);
  const ask = async () => {
    await main.getByRole('button', {name: 'More'}).click();
    await page.getByRole('button', {name: 'Erase…'}).click();
    return page.getByRole('dialog').getByRole('heading', {level: 2}).innerText();
  };
  t.match(await ask(), /^Erase the lead “.?Anna.?”\?$/);

  const nameless = await createLead(server, {message: 'Are you open?'});
  await page.goto(`${server.url}/console/leads/${nameless.uuid}`);
  t.match(await ask(), nameless.uuid.slice(0, 8));
});

t.test('the page for signing in shows a command that works', async (t) => {
  const page = await browser.newPage({locale: 'en-GB'});
  await page.goto(`${server.url}/console/`);
  t.equal(await page.locator('form code').innerText(), 'maria account link E-MAIL');
});

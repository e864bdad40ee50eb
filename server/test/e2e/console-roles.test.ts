import {randomUUID} from 'node:crypto';

import t from 'tap';

import {createLead} from '../lead-helpers.js';
import {OwnerClient} from '../owner-client.js';
import {findViolations} from './axe.js';
import {makeLead, openConsole, openContext, signIn, startConsole} from './console-page.js';
import type {OpenConsole} from './console-page.js';

const {server, browser} = await startConsole(t);

t.test('a change of the own role asks first, and its refusal leaves the true role', async (t) => {
  const {main, page, owner} = await openConsole(browser, server, 'demo/people', {name: 'Olga'});
  await server.sql`
    delete from memberships where site_key = 'demo' and account_id <> ${owner.accountId}`;
  const role = main.locator('.people select');
  await role.selectOption('Observer');
  const dialog = page.getByRole('dialog', {name: 'Change your own role?'});
  t.same(await findViolations(page), []);
  await dialog.getByRole('button', {name: 'Change the role'}).click();
  await dialog.getByText(/^A site needs an owner/).waitFor();
  await dialog.getByRole('button', {name: 'Keep'}).click();
  await dialog.waitFor({state: 'detached'});
  await main.locator('.people').waitFor();

  t.equal(await role.inputValue(), 'owner');
});

t.test('the page for signing in says why a session has ended', async (t) => {
  const own = await openConsole(browser, server, 'demo/people');
  const other = await openConsole(browser, server, 'demo/leads', {roles: {demo: 'agent'}});
  const reads = ({page}: OpenConsole, text: string) =>
    page.locator('.door').getByRole('status').getByText(text).waitFor();
  const changeRole = (who: RegExp) =>
    own.main.getByRole('row', {name: who}).getByRole('combobox').selectOption('Observer');

  await t.test('after a change by another', async () => {
    await other.main.getByRole('heading', {name: 'Leads'}).waitFor();
    await changeRole(new RegExp(other.owner.email));
    await reads(other, 'Your role was changed.');
    await other.page.reload();
    await reads(other, 'Your role was changed.');
  });

  await t.test('after a change of the own role', async () => {
    await OwnerClient.create(server);
    await changeRole(new RegExp(own.owner.email));
    await own.page.getByRole('button', {name: 'Change the role'}).click();
    await reads(own, 'Your role was changed.');
    t.equal(await own.page.getByRole('dialog').count(), 0);
  });

  await t.test('after a sign-out everywhere, which asks first', async () => {
    const {page, main, owner} = await openConsole(browser, server, 'account');
    const context = await openContext(browser);
    await signIn(context, server, await owner.signInAgain(server.sql));
    const second = await context.newPage();
    await second.goto(`${server.url}/console/account`);
    await second.getByRole('heading', {name: 'Account'}).waitFor();

    await main.getByRole('button', {name: 'Sign out everywhere'}).click();
    const dialog = page.getByRole('dialog', {name: 'Sign out everywhere?'});
    await dialog.getByRole('button', {name: 'Cancel'}).click();
    await second.reload();
    await second.getByRole('heading', {name: 'Account'}).waitFor();
    await second.getByRole('button', {name: 'Sign out everywhere'}).click();
    await second.getByRole('dialog').waitFor();
    await main.getByRole('button', {name: 'Sign out everywhere'}).click();
    await dialog.getByRole('button', {name: 'Sign out everywhere'}).click();
    await page.locator('.door').getByText('You are signed out.').waitFor();
    const text = 'Your session was ended from another place.';
    await second.locator('.door').getByText(text).waitFor();
    t.equal(await second.getByRole('dialog').count(), 0, 'no dialog stays above it');
  });
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

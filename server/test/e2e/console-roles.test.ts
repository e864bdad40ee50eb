import t from 'tap';

import {openConsole, startConsole} from './console-page.js';

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

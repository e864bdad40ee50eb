import t from 'tap';

import {announceConsole} from '../../accounts/announce.js';
import {OwnerClient} from '../owner-client.js';
import {startServer} from '../start-server.js';
import type {TestServer} from '../start-server.js';
import {findViolations} from './axe.js';
import {collectConsole, openBrowser} from './browser.js';
import {makeLead, openConsole, openContext} from './console-page.js';

const EMAIL = 'olga@example.com';

/** Returns the link of a mail to the owner. */
const readLink = async ({mailbox}: TestServer, skip = 0): Promise<string> => {
  const {text = ''} = await mailbox.waitFor(EMAIL, skip);
  return /http\S+\/console\/(?:sign-in|not-me)\/#\S+/.exec(text)?.[0] ?? '';
};

t.test('the link that a start prints leads to the first lead, without typing', async (t) => {
  const server = await startServer(t);
  await makeLead(server, {name: 'Anna'});
  const printed = await announceConsole(server.sql, server.config);
  const context = await openContext(await openBrowser(t));
  const page = await context.newPage();
  const noise: string[] = [];
  collectConsole(page, noise);
  await page.goto(printed?.split('\n').at(-1) ?? '');
  await page.getByText('You sign in as').waitFor();
  t.notMatch(page.url(), '#', 'the token stays in no history');
  t.same(await findViolations(page), []);
  await page.keyboard.press('Enter');
  await page.getByRole('link', {name: 'Unconfirmed 1'}).click();
  await page.getByRole('link', {name: 'Anna'}).waitFor();
  const calls = noise.filter((line) => !line.includes('401'));
  t.same(calls, [], 'the browser reports only the missing session');
});

t.test('a link whose page cannot be loaded keeps its token for another try', async (t) => {
  const server = await startServer(t);
  const printed = await announceConsole(server.sql, server.config);
  const page = await (await openContext(await openBrowser(t))).newPage();
  await page.route(/\/link-[^/]*\.js$/, (route) => route.abort(), {times: 1});
  await page.goto(printed?.split('\n').at(-1) ?? '');
  await page.getByRole('button', {name: 'Try again'}).click();
  await page.getByRole('button', {name: 'Sign in'}).click();
  await page.getByRole('link', {name: 'Unconfirmed 0'}).waitFor();
});

t.test('the page that was asked for opens, also in the tab that asked for it', async (t) => {
  const server = await startServer(t);
  const {uuid} = await makeLead(server, {name: 'Anna'});
  await OwnerClient.create(server, {email: EMAIL});
  const browser = await openBrowser(t);
  const context = await openContext(browser);
  const page = await context.newPage();
  await page.goto(`${server.url}/console/leads/${uuid}`);
  await page.getByLabel('E-mail address').fill(EMAIL);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', {name: 'Check your inbox'}).waitFor();
  t.equal(new URL(page.url()).pathname, `/console/leads/${uuid}`);

  const link = await readLink(server);
  const second = await context.newPage();
  await second.goto(link);
  await second.getByRole('button', {name: 'Sign in'}).click();
  for (const tab of [second, page]) {
    await tab.getByRole('heading', {name: 'Anna'}).waitFor();
    t.equal(new URL(tab.url()).pathname, `/console/leads/${uuid}`);
  }
});

t.test('a link that was used offers a new one, which opens the same page', async (t) => {
  const server = await startServer(t);
  const {uuid} = await makeLead(server, {name: 'Anna'});
  await OwnerClient.create(server, {email: EMAIL});
  const browser = await openBrowser(t);
  const page = await (await openContext(browser)).newPage();
  await page.goto(`${server.url}/console/leads/${uuid}`);
  await page.getByLabel('E-mail address').fill(EMAIL);
  await page.keyboard.press('Enter');
  const link = await readLink(server);
  await page.goto(link);
  const late = await (await openContext(browser)).newPage();
  await late.goto(link);
  await late.getByRole('button', {name: 'Sign in'}).waitFor();
  await page.getByRole('button', {name: 'Sign in'}).click();
  await page.getByRole('heading', {name: 'Anna'}).waitFor();

  const again = await (await openContext(browser)).newPage();
  await again.goto(link);
  await late.getByRole('button', {name: 'Sign in'}).click();
  for (const over of [again, late]) {
    await over.getByRole('heading', {name: 'This link no longer works'}).waitFor();
    t.same(await over.getByRole('button').allInnerTexts(), ['Send me a new link']);
  }
  t.same(await findViolations(again), []);
  await again.getByLabel('E-mail address').fill(EMAIL);
  await again.getByRole('button', {name: 'Send me a new link'}).click();
  await again.getByRole('heading', {name: 'Check your inbox'}).waitFor();
  const other = await (await openContext(browser)).newPage();
  await other.goto(await readLink(server, 2));
  await other.getByRole('button', {name: 'Sign in'}).click();
  await other.getByRole('heading', {name: 'Anna'}).waitFor();
});

t.test('a link that was used leads on to the console', async (t) => {
  const server = await startServer(t);
  await makeLead(server, {name: 'Anna'});
  const printed = await announceConsole(server.sql, server.config);
  const link = printed?.split('\n').at(-1) ?? '';
  const context = await openContext(await openBrowser(t));
  const page = await context.newPage();
  await page.goto(link);
  await page.getByRole('button', {name: 'Sign in'}).click();
  await page.getByRole('heading', {name: 'Leads'}).waitFor();

  const again = await context.newPage();
  await again.goto(link);
  await again.getByRole('link', {name: 'Go to the first page'}).click();
  await again.getByRole('heading', {name: 'Leads'}).waitFor();
});

t.test('another browser opens the page that was asked for, too', async (t) => {
  const server = await startServer(t);
  const {uuid} = await makeLead(server, {name: 'Anna'});
  await OwnerClient.create(server, {email: EMAIL});
  const browser = await openBrowser(t);
  const page = await (await openContext(browser)).newPage();
  await page.goto(`${server.url}/console/leads/${uuid}`);
  await page.getByLabel('E-mail address').fill(EMAIL);
  await page.keyboard.press('Enter');
  const other = await (await openContext(browser)).newPage();
  await other.goto(await readLink(server));
  await other.getByRole('button', {name: 'Sign in'}).click();
  await other.getByRole('heading', {name: 'Anna'}).waitFor();
});

t.test('a sign-out deletes values of the account, and no others', async (t) => {
  const server = await startServer(t);
  const {page, main} = await openConsole(await openBrowser(t), server, 'account');
  await main.getByLabel('Dark').check();
  await page.evaluate(`localStorage.setItem('visitor', 'session')`);
  const listStored = () => page.evaluate<string[]>('Object.keys(localStorage).sort()');
  t.same(await listStored(), ['maria-console:site', 'maria-console:theme', 'visitor']);
  await main.getByRole('button', {name: 'Sign out', exact: true}).click();
  await page.getByRole('button', {name: 'Send me a link'}).waitFor();

  t.same(await listStored(), ['maria-console:theme', 'visitor']);
  await page.reload();
  await page.getByRole('button', {name: 'Send me a link'}).waitFor();
  t.equal(await page.evaluate('document.documentElement.dataset.theme'), 'dark');
});

t.test('an unknown e-mail address sees the same page', async (t) => {
  const server = await startServer(t);
  const page = await (await openContext(await openBrowser(t))).newPage();
  await page.goto(`${server.url}/console/`);
  await page.getByLabel('E-mail address').fill('nobody@example.com');
  await page.getByRole('button', {name: 'Send me a link'}).click();
  await page.getByRole('heading', {name: 'Check your inbox'}).waitFor();
  t.equal(server.mailbox.mails.length, 0);
});

t.test('"This was not me" ends the sessions with one press, and never without it', async (t) => {
  const server = await startServer(t);
  await OwnerClient.create(server, {email: EMAIL});
  const browser = await openBrowser(t);
  const page = await (await openContext(browser)).newPage();
  await page.goto(`${server.url}/console/account`);
  await page.getByLabel('E-mail address').fill(EMAIL);
  await page.keyboard.press('Enter');
  await page.goto(await readLink(server));
  await page.getByRole('button', {name: 'Sign in'}).click();
  await page.getByRole('heading', {name: 'Account'}).waitFor();

  const warning = await readLink(server, 1);
  t.match(warning, '/console/not-me/');
  const other = await (await openContext(browser)).newPage();
  await other.goto(warning);
  await other.getByRole('heading', {name: 'This was not me'}).waitFor();
  await page.reload();
  await page.getByRole('heading', {name: 'Account'}).waitFor();
  await other.getByRole('button', {name: 'End all sessions'}).click();
  await other.getByText(/is signed out now/).waitFor();
  await page.getByRole('button', {name: 'Send me a link'}).waitFor();
});

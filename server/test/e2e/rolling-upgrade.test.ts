import {once} from 'node:events';
import {createServer} from 'node:http';
import type {AddressInfo} from 'node:net';
import {setTimeout as sleep} from 'node:timers/promises';

import type {Browser, Page} from 'playwright-core';
import t from 'tap';
import type {Test} from 'tap';

import {readProjectVersion} from '../../http/assets.js';
import {getConfirmationLink} from '../mailbox.js';
import {makePdf} from '../pdf.js';
import {bucketsMissing} from '../test-bucket.js';
import {proxyMissing, startTopology} from '../topology.js';
import type {Topology} from '../topology.js';
import {until} from '../until.js';
import {Visitor} from '../visitor.js';
import {Widget, openBrowser} from './browser.js';
import {NEXT_TEXT, NEXT_VERSION, buildNextRelease} from './next-release.js';

const SITE = 'acme';
/** Slow enough for the upload to last longer than a server takes to stop. */
const SLOW_BYTES_PER_SECOND = 150_000;
const LARGE_FILE_BYTES = 4_500_000;
/** Generous, because three servers, eleven pages and their builds share the machine. */
const PATIENCE_MS = 120_000;

/** Collects forbidden texts, and the errors and interruptions that the page is notified of. */
const WATCH = `
  window.troubles = [];
  addEventListener('maria-offline', ({isOffline}) => isOffline && troubles.push('maria-offline'));
  addEventListener('maria-error', ({code}) => troubles.push('maria-error ' + code));
  setInterval(() => {
    const text = document.querySelector('maria-chat')?.shadowRoot?.textContent ?? '';
    const found = /[^.]*(unavailable|offline|didn’t load|has encountered)[^.]*/i.exec(text);
    if (found && !troubles.includes(found[0])) troubles.push(found[0]);
  }, 100);`;

interface Guest {
  page: Page;
  widget: Widget;
}

const pdf = (name: string, bytes = 30_000) => ({name, buffer: makePdf(bytes)});

t.test('a rolling upgrade', {skip: bucketsMissing || proxyMissing}, async (t) => {
  const program = await buildNextRelease(t);
  const topology = await startTopology(t);
  const browser = await openBrowser(t);
  const site = await servePage(t, topology);
  const visit = () => openGuest(browser, site);

  const closed = await visit();
  const atName = await visit();
  await atName.widget.open();
  const atConsents = await visit();
  await toConsents(atConsents);
  const chosen = await visit();
  await toFiles(chosen);
  await chosen.widget.addFiles([pdf('chosen.pdf')]);
  const uploading = await visit();
  await toFiles(uploading);
  const atEmail = await visit();
  await toEmail(atEmail);
  const pending = await visit();
  await toEmail(pending);
  await pending.widget.submitEmail('pending@example.com');
  const complete = await visit();
  await toEmail(complete);
  await complete.widget.submitEmail('complete@example.com');
  await confirm(topology, 'complete@example.com');
  await complete.widget.getByText(/Your e.mail address is confirmed/).waitFor();
  const chatting = await visit();
  await toFiles(chatting);
  await chatting.widget.button('Ask a question').click();
  await write(chatting, 'Before the upgrade.');
  const inMenu = await visit();
  await toFiles(inMenu);
  await inMenu.widget.button('More').click();
  await inMenu.widget.root.getByRole('dialog', {name: 'More'}).waitFor();
  const german = await visit();
  await toFiles(german);
  await german.page.evaluate(`MariaChat.setLang('de')`);
  await german.widget.getByText('Bitte fügen Sie Ihre Unterlagen hinzu.').waitFor();
  await slowDown(uploading);
  await uploading.widget.addFiles([pdf('large.pdf', LARGE_FILE_BYTES)]);
  await uploading.widget.button('Upload files').click();
  await uploading.widget.getByText(/Uploading, [1-9]/).waitFor();

  const load = beginLoad(topology);
  for (const place of [0, 1, 2]) {
    const child = topology.servers[place]?.child;
    if (!child) throw new Error('There is no server to stop.');
    const exit = once(child, 'exit');
    child.kill('SIGTERM');
    await exit;
    await topology.restart(place, program);
  }
  await until(() => load.versions.has(NEXT_VERSION), PATIENCE_MS);
  await load.stop();
  t.same(load.troubles, [], 'every server served the loader and the chat to every page');
  t.ok(load.versions.has(readProjectVersion()), 'some pages had the old release');

  await t.test('a closed page opens with the release that it was loaded with', async (t) => {
    await toFiles(closed);
    t.equal(await closed.page.evaluate('MariaChat.version'), readProjectVersion());
    t.equal(await closed.widget.getByText(NEXT_TEXT).count(), 0);
  });
  await t.test('the name can be given', async () => {
    await toFiles(atName, false);
  });
  await t.test('the consents can be given', async () => {
    await atConsents.widget.answerConsents(true, true);
    await atConsents.widget.getByText('Please add your documents.').waitFor();
  });
  await t.test('chosen files are uploaded', async () => {
    await chosen.widget.uploadAll(1);
  });
  await t.test('an upload in progress ends, and is stored once', async (t) => {
    await uploading.widget.root
      .getByText('Uploaded', {exact: true})
      .waitFor({timeout: PATIENCE_MS});
    const files = await (await getCaller(uploading, topology)).files();
    t.same(
      files.map(({name, size}) => [name, size]),
      [['large.pdf', pdf('', LARGE_FILE_BYTES).buffer.length]],
    );
  });
  await t.test('the e-mail address can be given', async () => {
    await atEmail.widget.submitEmail('email@example.com');
  });
  await t.test('a confirmation arrives', async () => {
    await confirm(topology, 'pending@example.com');
    await pending.widget.getByText(/Your e.mail address is confirmed/).waitFor();
  });
  await t.test('a complete session stays complete, and shows its data', async () => {
    await complete.widget.getByText(/Your e.mail address is confirmed/).waitFor();
    await complete.widget.chooseMenuEntry('My data');
    await complete.widget.root.locator('.dialog').getByText('c•••@example.com').waitFor();
  });
  await t.test('messages arrive in both directions', async () => {
    await write(chatting, 'After the upgrade.');
    const caller = await getCaller(chatting, topology);
    await caller.call('POST', '/api/messages', {json: {client_id: 'x', body: 'From elsewhere.'}});
    await chatting.widget.getByText('From elsewhere.').waitFor({timeout: PATIENCE_MS});
    await until(async () => (await chatting.widget.getByText('Not sent yet.').count()) === 0);
  });
  await t.test('the open menu still works', async () => {
    await inMenu.widget.button('My data').click();
    await inMenu.widget.root.getByRole('dialog', {name: 'My data'}).waitFor();
  });
  await t.test('another language can be chosen', async () => {
    await german.page.evaluate(`MariaChat.setLang('fr')`);
    await german.widget
      .getByText(/Ajoutez vos documents|documents/)
      .first()
      .waitFor();
  });
  await t.test('a new page gets the new release', async (t) => {
    const fresh = await visit();
    await fresh.widget.open();
    await fresh.widget.getByText(NEXT_TEXT).waitFor();
    t.equal(await fresh.page.evaluate('MariaChat.version'), NEXT_VERSION);
  });
  await t.test('a pinned version is served by the servers of the next release', async (t) => {
    const {status} = await fetch(`${topology.url}/${readProjectVersion()}/maria-chat.js`);
    t.equal(status, 200);
  });

  const guests = {closed, atName, atConsents, chosen, uploading, atEmail, pending, complete};
  for (const [name, {page}] of Object.entries({...guests, chatting, inMenu, german}))
    t.same(await page.evaluate('troubles'), [], `the page reports no error: ${name}`);
});

/** Serves one page of a site, whose origin the site allows, and whose owner replies to questions. */
const servePage = async (t: Test, {url, inside}: Topology): Promise<string> => {
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'text/html').end(`<!doctype html>
      <html lang="en"><meta charset="utf-8"><title>A shop</title><link rel="icon" href="data:,">
      <body><script src="${url}/maria-chat.js" data-site="${SITE}" async></script></body></html>`);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => {
    server.close();
    server.closeAllConnections();
  });
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await inside.sql`
    update sites set allowed_origins = ${[origin]}::text[], notify_email = 'owner@example.com'
    where key = ${SITE}`;
  return origin;
};

const openGuest = async (browser: Browser, site: string): Promise<Guest> => {
  const context = await browser.newContext({locale: 'en-GB', reducedMotion: 'reduce'});
  const page = await context.newPage();
  await page.addInitScript(WATCH);
  await page.goto(site);
  const widget = new Widget(page);
  await widget.button('Open chat').waitFor();
  return {page, widget};
};

const toConsents = async ({widget}: Guest, isClosed = true) => {
  if (isClosed) await widget.open();
  await widget.submitName('Ana');
  await widget.getByText(/May we store your name/).waitFor();
};

const toFiles = async (guest: Guest, isClosed = true) => {
  await toConsents(guest, isClosed);
  await guest.widget.answerConsents(true, true);
  await guest.widget.getByText('Please add your documents.').waitFor();
};

const toEmail = async (guest: Guest) => {
  await toFiles(guest);
  await guest.widget.addFiles([pdf('letter.pdf')]);
  await guest.widget.uploadAll(1);
  await guest.widget.button('Done & continue').click();
  await guest.widget.root.getByLabel('Your e-mail address').waitFor();
};

const write = async ({widget}: Guest, text: string) => {
  const field = widget.root.locator('textarea');
  await field.fill(text);
  await field.press('Enter');
  await widget.getByText(text).first().waitFor();
};

const slowDown = async ({page}: Guest) => {
  const session = await page.context().newCDPSession(page);
  await session.send('Network.enable');
  await session.send('Network.emulateNetworkConditions', {
    offline: false,
    latency: 0,
    downloadThroughput: -1,
    uploadThroughput: SLOW_BYTES_PER_SECOND,
  });
};

/** Opens the mailed link at the proxy's URL and confirms the e-mail address. */
const confirm = async ({url, inside}: Topology, email: string) => {
  const link = new URL(getConfirmationLink(await inside.mailbox.waitFor(email)));
  const {status} = await fetch(`${url}${link.pathname}`, {method: 'POST'});
  if (status !== 200) throw new Error(`The confirmation got ${status}.`);
};

/** Returns a client that makes the visitor's calls without a browser. */
const getCaller = async ({page}: Guest, {url}: Topology): Promise<Visitor> => {
  const kept = await page.evaluate<string>(`localStorage['maria-chat:${SITE}:token']`);
  const [uuid = '', token = ''] = kept.split(' ');
  return new Visitor(url, uuid, token);
};

/** Loads the script and the chat repeatedly, like pages that are opened during the upgrade. */
const beginLoad = ({url}: Topology) => {
  const load = {versions: new Set<string>(), troubles: [] as string[]};
  const text = async (address: string) => {
    const response = await fetch(`${url}${address}`).catch(() => undefined);
    if (response?.status !== 200) load.troubles.push(`${address}: ${response?.status}`);
    return (await response?.text()) ?? '';
  };
  let isStopped = false;
  const walk = async () => {
    while (!isStopped) {
      const loader = await text('/maria-chat.js');
      const [version] = [readProjectVersion(), NEXT_VERSION].filter((one) => loader.includes(one));
      if (version) load.versions.add(version);
      for (const [name] of loader.matchAll(/[\w-]+-[\w-]{8}\.js/g)) await text(`/widget/${name}`);
      await sleep(100);
    }
  };
  const walking = walk();
  return {
    ...load,
    stop: async () => {
      isStopped = true;
      await walking;
    },
  };
};

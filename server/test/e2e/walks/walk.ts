import {createHash} from 'node:crypto';
import {copyFile, readFile, readdir, writeFile} from 'node:fs/promises';
import path from 'node:path';

import type {Test} from 'tap';

import {siteCommand} from '../../../accounts/site-command.js';
import {getConfirmationLink} from '../../mailbox.js';
import {makePdf} from '../../pdf.js';
import {startReceiver} from '../../responder-helpers.js';
import type {Receiver} from '../../responder-helpers.js';
import {runCommand} from '../../run-command.js';
import {startServer, temporaryFolder} from '../../start-server.js';
import type {TestServer} from '../../start-server.js';
import {bucketsMissing} from '../../test-bucket.js';
import {until} from '../../until.js';
import type {BrowserKind, InputTab, VisitorBrowser} from '../browsers/tab.js';
import {addWebhooks, compareDeliveries} from './deliveries.js';
import {ExampleVisit, getExamplePath} from './example.js';
import type {Hand} from './hands.js';
import {Walker} from './walker.js';
import {readWidgetTexts} from './widget-texts.js';

export interface WalkOptions {
  /** Name of the file in `examples/conversations`. */
  example: string;
  language: string;
  name: string;
  /** Page below the server's URL (default: the demo page). */
  page?: string;
  isPhone?: boolean;
  createHand: (tab: InputTab) => Hand;
}

export interface Walk {
  server: TestServer;
  receiver: Receiver;
  browser: VisitorBrowser<InputTab>;
  tab: InputTab;
  walker: Walker;
}

/** Sets an example as a site's conversation, and opens it as a visitor who has started. */
export const startWalk = async (
  t: Test,
  kind: BrowserKind<InputTab>,
  {example, language, name, page = '/', isPhone = false, createHand}: WalkOptions,
): Promise<Walk> => {
  const receiver = await startReceiver(t, (response) => void response.writeHead(204).end());
  const server = await startServer(t, {
    store: bucketsMissing ? 'disk' : 's3',
    settings: {ALLOW_PRIVATE_HOSTS: receiver.host},
  });
  await runCommand(server, siteCommand, 'set', 'demo', '--settings', getExamplePath(example));
  await addWebhooks(server, receiver);
  const browser = await kind.start(t, {language, isPhone});
  const tab = await browser.openTab();
  const walker = new Walker({
    tab,
    hand: createHand(tab),
    texts: await readWidgetTexts(language),
    visit: await ExampleVisit.read(example, language, name),
  });
  await tab.go(server.url + page);
  const pageLanguage = await tab.read<string>('document.documentElement.lang');
  await walker.press((await readWidgetTexts(pageLanguage))['open']!);
  await tab.read(`MariaChat.setLang('${language}')`);
  await walker.pressText('start');
  return {server, receiver, browser, tab, walker};
};

/** Returns the path of a PDF with this name: a real one if there are any, otherwise a generated one. */
export const createPdfFile = async (t: Test, name: string): Promise<string> => {
  const file = path.join(await temporaryFolder(t), name);
  const corpus = process.env['TEST_PDF_DIR'];
  const [real] = corpus ? (await readdir(corpus)).filter((one) => one.endsWith('.pdf')) : [];
  if (corpus && real) await copyFile(path.join(corpus, real), file);
  else await writeFile(file, makePdf(90_000));
  return file;
};

/** Compares the only stored file of the walk with the one that was chosen. */
export const compareFile = async (t: Test, {server}: Walk, file: string): Promise<void> => {
  const sha256 = createHash('sha256')
    .update(await readFile(file))
    .digest('hex');
  const rows = await server.sql`
    select file_name as name, encode(sha256, 'hex') as sha256, state from file_uploads`;
  t.same([...rows], [{name: path.basename(file), sha256, state: 'stored'}]);
};

/** Submits the e-mail address. Returns the session's UUID. */
export const submitEmail = async ({server, walker}: Walk, email: string): Promise<string> => {
  await walker.fill('emailLabel', email);
  await until(async () => (await server.sql`select from user_sessions`).length === 1);
  return (await walker.getStored('session_uuid')) ?? '';
};

/** Confirms the e-mail address, and compares everything that is delivered then. */
export const completeWalk = async (
  t: Test,
  {server, receiver, browser, tab, walker}: Walk,
  {email, uuid}: {email: string; uuid: string},
): Promise<void> => {
  const link = getConfirmationLink(await server.mailbox.waitFor(email));
  await walker.confirm(browser, link, tab);
  const [session] = await server.sql`select name, email, verified from user_sessions`;
  t.same(session, {name: walker.visit.name, email, verified: true});
  const answers = walker.visit.getDelivered();
  await compareDeliveries(t, server, receiver, {uuid, answers});
  t.same(browser.noise, [], 'the console stayed empty');
};

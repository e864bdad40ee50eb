import {readFile} from 'node:fs/promises';
import path from 'node:path';

import type {Test} from 'tap';

import {exportCommand} from '../../../privacy/export-command.js';
import {sessionsCommand} from '../../../sessions/command.js';
import {DEMO_OWNER} from '../../../text/email.js';
import {webhookCommand} from '../../../webhooks/command.js';
import {parseCsv} from '../../parse-csv.js';
import {parseSession, readZip} from '../../read-zip.js';
import type {Receiver} from '../../responder-helpers.js';
import {runCommand} from '../../run-command.js';
import {temporaryFolder} from '../../start-server.js';
import type {TestServer} from '../../start-server.js';
import {until} from '../../until.js';
import type {DeliveredAnswer} from './example.js';

/** Adds a webhook that gets the answers, and one that does not. */
export const addWebhooks = async (server: TestServer, {url}: Receiver): Promise<void> => {
  const add = ['add', '--site', 'demo', '--events', 'session.complete'];
  await runCommand(server, webhookCommand, ...add, '--url', `${url}/with`, '--with-contact');
  await runCommand(server, webhookCommand, ...add, '--url', `${url}/without`);
};

/** Compares the answers with everything that the server stores, prints and sends. */
export const compareDeliveries = async (
  t: Test,
  server: TestServer,
  receiver: Receiver,
  {uuid, answers}: {uuid: string; answers: DeliveredAnswer[]},
): Promise<void> => {
  const delivered = answers.map(toPublic);
  const list = (...args: string[]) =>
    runCommand(server, sessionsCommand, '--reference', uuid, '--answers', ...args);

  const rows = await server.sql`
    select field, kind, question, value, label, position from session_answers
    where session_uuid = ${uuid} order by position`;
  t.same([...rows], answers, 'rows of session_answers');

  const archive = path.join(await temporaryFolder(t), 'export.zip');
  await runCommand(server, exportCommand, '--uuid', uuid, '--out', archive);
  const exported = parseSession(readZip(await readFile(archive)))['answers'] as DeliveredAnswer[];
  t.same(
    exported.map(({kind, ...answer}) => ({kind, ...toPublic(answer)})),
    answers.map(({kind, ...answer}) => ({kind, ...toPublic(answer)})),
    'session.json of the export',
  );

  const mail = await server.mailbox.waitFor(DEMO_OWNER);
  for (const {question, label} of answers)
    t.ok(mail.text?.includes(toEntry(question, label)), `the e-mail has: ${question} ${label}`);

  const [listed] = JSON.parse(await list('--format', 'json')) as [{answers: unknown}];
  t.same(listed.answers, delivered, 'maria sessions --format json');
  t.same(readCells(await list('--format', 'csv')), answers.map(toCell), 'CSV');

  server.webhooks.wake();
  await until(() => receiver.requests.length >= 2);
  const bodies = new Map(
    receiver.requests.map(({url, body}) => [
      url,
      (JSON.parse(body) as {data: {answers?: unknown}}).data,
    ]),
  );
  t.same(bodies.get('/with')?.answers, delivered, 'webhook');
  t.same(bodies.get('/without')?.answers, undefined, 'webhook without contact');
};

const toPublic = ({field, question, value, label}: Omit<DeliveredAnswer, 'kind'>) => ({
  field,
  question,
  value,
  label,
});

/** Lines of an answer in the e-mail to the site's owner. */
const toEntry = (question: string, label: string): string =>
  [`${question.replace(/\s+/g, ' ')}:`, ...label.split(/\n+/).map((line) => `  ${line}`)].join(
    '\n',
  );

/** Header and cell of an answer. Numbers and dates are values; a formula has an apostrophe. */
const toCell = ({field, kind, value, label}: DeliveredAnswer): [string, string] => {
  const text = typeof value === 'number' || kind === 'date' ? `${value as number | string}` : label;
  return [`answers.${field}`, text.startsWith('+') ? `'${text}` : text];
};

/** Returns the headers and cells of the answers in the first row. */
const readCells = (csv: string): [string, string][] => {
  const [head = [], row = []] = parseCsv(csv);
  return head
    .map((name, i): [string, string] => [name, row[i] ?? ''])
    .filter(([name]) => name.startsWith('answers.'));
};

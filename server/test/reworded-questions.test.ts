import {readFile} from 'node:fs/promises';
import path from 'node:path';

import t from 'tap';

import {exportCommand} from '../privacy/export-command.js';
import {rectifyCommand} from '../privacy/rectify-command.js';
import {sessionsCommand} from '../sessions/command.js';
import {QUESTIONS, arriveAt, getAnswerRows, saveQuestions} from './answer-helpers.js';
import {OWNER_EMAIL, confirmLink} from './contact-helpers.js';
import {getConfirmationLink} from './mailbox.js';
import {parseSession, readZip} from './read-zip.js';
import {runCommand} from './run-command.js';
import {startServer} from './start-server.js';
import type {TestServer} from './start-server.js';
import {until} from './until.js';

/** Questions that contain the name and the position: `Which position, {name}?`, `Why …?`. */
const ANSWERS = {position: 'nurse', why: 'I like people.', town: 'Köln'};

const getQuestions = async (server: TestServer, uuid: string) =>
  (await getAnswerRows(server, uuid)).map(({question}) => question);

t.test('a corrected answer remains in no question', async (t) => {
  const server = await startServer(t);
  await saveQuestions(server, 'acme');
  const visitor = await arriveAt(server, 'acme');
  await visitor.contact('anna@example.com', 'Anna', {answers: ANSWERS, locale: 'en'});
  await confirmLink(getConfirmationLink(await server.mailbox.waitFor('anna@example.com')));
  await server.mailbox.waitFor(OWNER_EMAIL);
  t.same(await getQuestions(server, visitor.uuid), [
    'Which position, Anna?',
    'Why Nurse?',
    'Where?',
  ]);
  const [, before] = await server.sql`
    select answered_at from session_answers where session_uuid = ${visitor.uuid} order by position`;

  await visitor.call('PATCH', '/api/session', {json: {answers: {position: 'doctor'}}});

  const {answers} = (await visitor.session()).body;
  t.equal(answers?.[1]?.question, 'Why Doctor?', 'in the data of the visitor');
  const [, after] = await server.sql`
    select answered_at from session_answers where session_uuid = ${visitor.uuid} order by position`;
  t.same(after, before, 'the other answer is as old as before');

  const out = path.join(server.dataDir, 'one.zip');
  await runCommand(server, exportCommand, '--uuid', visitor.uuid, '--out', out);
  const exported = JSON.stringify(parseSession(readZip(await readFile(out)))['answers']);
  t.match(exported, /Why Doctor\?/);
  t.notMatch(exported, /Nurse/, 'in the export');
  const listed = await runCommand(server, sessionsCommand, '--format', 'json', '--answers');
  t.notMatch(listed, /Nurse/, 'in the list of sessions');

  await server.sql`update jobs set run_at = now() where payload ? 'answers_changed'`;
  server.sender.wake();
  const findMail = () =>
    server.mailbox.mails.find(({subject}) => subject?.startsWith('Answers changed'));
  await until(() => findMail() !== undefined);
  t.match(findMail()?.text, /Why Doctor\?/);
  t.notMatch(findMail()?.text, /Nurse/, 'in the e-mail');
});

t.test('a corrected name remains in no question', async (t) => {
  const server = await startServer(t);
  await saveQuestions(server, 'acme');
  const create = async () => {
    const visitor = await arriveAt(server, 'acme');
    await visitor.contact('anna@example.com', 'Anna', {answers: ANSWERS, locale: 'de'});
    return visitor;
  };
  const corrected = ['Welche Stelle, Bea?', 'Why Pflegekraft?', 'Where?'];

  const patching = await create();
  await patching.call('PATCH', '/api/session', {json: {name: 'Bea'}});
  t.same(await getQuestions(server, patching.uuid), corrected);

  const repeating = await create();
  await repeating.contact('anna@example.com', 'Bea', {locale: 'de'});
  t.same(await getQuestions(server, repeating.uuid), corrected);

  const writing = await create();
  await runCommand(server, rectifyCommand, '--uuid', writing.uuid, '--name', 'Bea');
  t.same(await getQuestions(server, writing.uuid), corrected);
});

t.test('a question that the site has edited or removed', async (t) => {
  const server = await startServer(t);
  await saveQuestions(server, 'acme');
  const visitor = await arriveAt(server, 'acme');
  await visitor.contact('anna@example.com', 'Anna', {answers: ANSWERS, locale: 'en'});
  const edit = async (...steps: typeof QUESTIONS) => {
    await saveQuestions(server, 'acme', steps);
    return startServer(t, {beside: server});
  };
  const change = async ({url}: TestServer, answers: object) =>
    visitor.at(url).call('PATCH', '/api/session', {json: {answers}});
  const getWhy = async () =>
    (await getAnswerRows(server, visitor.uuid)).find(({field}) => field === 'why')?.question;
  const [position] = QUESTIONS;
  const why = {...QUESTIONS[2]!, text: 'Why do you want it?'};

  const edited = await edit(position!, why, QUESTIONS[3]!);
  await change(edited, {town: 'Bonn'});
  t.equal(await getWhy(), 'Why Nurse?', 'keeps the wording');
  await change(edited, {position: 'doctor'});
  t.equal(await getWhy(), 'Why Doctor?');

  const reworded = await edit(position!, {
    ...QUESTIONS[2]!,
    text: 'Why exactly {answers.position}?',
  });
  await change(reworded, {position: 'nurse'});
  t.equal(await getWhy(), 'Why Nurse?', 'with the wording that the visitor saw');

  const removed = await edit(position!);
  await change(removed, {position: {other: 'Pilot ($&)'}});
  t.equal(await getWhy(), 'Why Pilot ($&)?');
});

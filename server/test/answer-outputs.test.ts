import {readFile} from 'node:fs/promises';
import path from 'node:path';

import t from 'tap';

import {applyRetention} from '../cleanup/retention.js';
import type {Step} from '../contract/conversation.js';
import {exportCommand} from '../privacy/export-command.js';
import {rectifyCommand} from '../privacy/rectify-command.js';
import {sessionsCommand} from '../sessions/command.js';
import {webhookCommand} from '../webhooks/command.js';
import {ANSWERS, QUESTIONS, arriveAt, getAnswerRows, saveQuestions} from './answer-helpers.js';
import {OWNER_EMAIL, confirmLink} from './contact-helpers.js';
import {getConfirmationLink} from './mailbox.js';
import {parseSession, readZip} from './read-zip.js';
import {startReceiver, waitForReplies, writeMessage} from './responder-helpers.js';
import {runCommand} from './run-command.js';
import {getAuditRows} from './session-helpers.js';
import {startServer} from './start-server.js';
import {until} from './until.js';

void t.test('answers reach the owner and the operator', async (t) => {
  const server = await startServer(t);
  await saveQuestions(server, 'acme');
  await saveQuestions(server, 'plain', []);
  const zoo = ['animal', 'colour'].map((field): Step => ({
    id: field,
    type: 'ask',
    field,
    kind: 'text',
    text: `Which ${field}?`,
  }));
  await saveQuestions(server, 'zoo', zoo);
  const visitor = await arriveAt(server, 'acme');
  const hostile = {...ANSWERS, position: {other: '=1+1'}, why: '<b>bold</b>\n\n@SUM(A1)'};
  await visitor.contact('anna@example.com', 'Anna', {
    locale: 'en',
    answers: {...hostile, old_field: '-2', years: 0},
  });
  const sessions = (...args: string[]) => runCommand(server, sessionsCommand, ...args);

  await t.test('in the e-mail about the request', async (t) => {
    await confirmLink(getConfirmationLink(await server.mailbox.waitFor('anna@example.com')));
    const {text, html} = await server.mailbox.waitFor(OWNER_EMAIL);

    t.match(text, /Which position, Anna\?:\n {2}=1\+1\n/);
    t.match(text, /On which days\?:\n {2}Monday, Friday\n/);
    t.match(text, /Why =1\+1\?:\n {2}<b>bold<\/b>\n {2}@SUM\(A1\)\n/);
    t.match(text, /Do you drive\?:\n {2}Yes\n/);
    t.match(text, /old_field \(no longer asked\):\n {2}-2\n/);
    t.match(html, /&lt;b&gt;bold&lt;\/b&gt;/);
    t.notMatch(html, /<b>bold/);
  });

  await t.test('with the questions that the visitor has skipped', async (t) => {
    const skipping = await arriveAt(server, 'acme');
    for (const step of ['name', 'ask_position', 'ask_days', 'ask_why', 'ask_town', 'email']) {
      await skipping.call('POST', '/api/session/progress', {json: {step}});
    }
    const answers = {position: 'nurse', town: 'Köln'};
    await skipping.contact('zora@example.com', 'Zora', {locale: 'en', answers});
    await confirmLink(getConfirmationLink(await server.mailbox.waitFor('zora@example.com')));
    const findMail = () => server.mailbox.mails.find(({text}) => text?.includes(skipping.uuid));
    await until(() => findMail()?.subject?.startsWith('New request') === true);

    const {text = ''} = findMail() ?? {};
    t.match(text, /Nurse\n\nOn which days\? \(no answer sent\):\n {2}–\n\nWhy Nurse\? \(no/);
    t.notMatch(text, /Do you drive/, 'a question that the visitor has not seen');
    t.notMatch(text, /Where\? \(not/);
    await skipping.call('DELETE', '/api/session');
  });

  await t.test('in one e-mail about all later changes', async (t) => {
    const change = (answers: object) => visitor.call('PATCH', '/api/session', {json: {answers}});
    const getQueued = () => server.sql<{waits: boolean}[]>`
      select run_at > now() + interval '4 minutes' as waits from jobs
      where payload ? 'answers_changed'`;

    t.equal((await change({town: 'Köln'})).status, 200);
    t.same([...(await getQueued())], [], 'nothing has changed');
    t.equal((await change({town: 'Bonn'})).status, 200);
    t.equal((await change({town: 'Ulm', phone: '12345'})).status, 200);
    t.same([...(await getQueued())], [{waits: true}]);
    // The sender polls the queue, so that nothing has to trigger it.
    await server.sql`update jobs set run_at = now() where payload ? 'answers_changed'`;

    const findMail = () =>
      server.mailbox.mails.find(({subject}) => subject?.startsWith('Answers changed'));
    await until(() => findMail() !== undefined);
    t.match(findMail()?.text, /Where\?:\n {2}Ulm\n[^]*Your number\?:\n {2}12345\n/);
    t.equal((await change({town: 'Köln', phone: ANSWERS.phone})).status, 200);
  });

  await t.test('as columns of CSV, without formulas', async (t) => {
    const csv = await sessions('--site', 'acme', '--format', 'csv', '--answers');

    const [head, row] = csv.split('\r\n');
    t.match(head, /,completed_at,answers\.position,answers\.days,answers\.why,answers\.town,/);
    t.match(head, /,answers\.page,answers\.old_field$/);
    t.match(
      row,
      /,'=1\+1,"Monday, Friday","<b>bold<\/b>\n\n@SUM\(A1\)",Köln,Yes,0,2027-01-31,'\+49/,
    );
    t.match(row, /,'-2\r?$/);
    t.match(row, /,en,,0,/, 'the visitor was not asked for ai_training');
    t.notMatch(await sessions('--site', 'plain', '--format', 'csv', '--answers'), /answers\./);
    t.notMatch(await sessions('--format', 'csv'), /answers|Köln/);
  });

  await t.test('as columns that keep the questions of a site together', async (t) => {
    const other = await arriveAt(server, 'zoo');
    await other.consent({ai_training: false});
    const answers = {animal: 'Lion', town: 'Ulm', colour: 'Red'};
    await other.contact('zoo@example.com', 'Zora', {locale: 'fr', answers});

    const csv = await sessions('--format', 'csv', '--answers');

    t.match(
      csv.split('\r\n')[0],
      /position,.*,answers\.old_field,answers\.animal,answers\.colour$/,
    );
    t.match(csv, /zoo@example\.com,fr,false,0,/);
    await other.call('DELETE', '/api/session');
  });

  await t.test('in JSON, but not in a table', async (t) => {
    const [row] = JSON.parse(await sessions('--format', 'json', '--answers')) as [
      {answers: {field: string}[]},
    ];
    t.equal(row.answers.length, 10);
    t.same(row.answers[3], {field: 'town', question: 'Where?', value: 'Köln', label: 'Köln'});
    await t.rejects(sessions('--answers'), {message: /Add --format csv or json/});
  });

  await t.test('in the export', async (t) => {
    const out = path.join(server.dataDir, 'one.zip');
    await runCommand(server, exportCommand, '--uuid', visitor.uuid, '--out', out);
    const {answers} = parseSession(readZip(await readFile(out)));
    t.match(answers, [
      {field: 'position', kind: 'choice', value: {other: '=1+1'}, answered_at: String},
    ]);
    t.equal((answers as unknown[]).length, 10);
  });

  await t.test('and are corrected by maria rectify', async (t) => {
    const rectify = (...args: string[]) =>
      runCommand(server, rectifyCommand, '--uuid', visitor.uuid, ...args);
    const answer = (text: string) => ['--answer', text];
    const before = [...(await getAnswerRows(server, visitor.uuid))];

    for (const [wrong, reason] of [
      [
        'years=61',
        /years \(too_large\): expected a number of at most 60, for "For how many years\?"/,
      ],
      ['years=many', /years \(wrong_type\): expected a number, for "For how/],
      [
        'days=monday,sunday',
        /days \(unknown_choice\): .* \(monday, tuesday, friday\), for "On which/,
      ],
      ['licence=perhaps', /licence \(wrong_type\): expected true or false, for "Do you drive\?"/],
      [
        'shoe=42',
        /has no answer "shoe".*Expected one of position, days, why, town, licence.*sessions --reference [-0-9a-f]{36} /,
      ],
      ['constructor=1', /has no answer "constructor"/],
      ['years', /Expected FIELD=VALUE/],
    ] as const) {
      await t.rejects(rectify(...answer('town=Bonn'), ...answer(wrong)), {message: reason});
    }
    t.same([...(await getAnswerRows(server, visitor.uuid))], before);

    const printed = await rectify(
      ...['years=7', 'days=tuesday, friday', 'licence=no', 'position=Pilot = good'].flatMap(answer),
      ...['why=a=b', 'old_field=new'].flatMap(answer),
    );
    t.match(printed, /^Corrected /);
    t.match(await getAnswerRows(server, visitor.uuid), [
      {value: {other: 'Pilot = good'}},
      {value: ['tuesday', 'friday'], label: 'Tuesday, Friday'},
      {value: 'a=b'},
      {value: 'Köln'},
      {value: false, label: 'No'},
      {value: 7, label: '7\u00a0years'},
      {},
      {},
      {},
      {field: 'old_field', value: 'new', kind: null},
    ]);
    const audited = await getAuditRows(server, visitor.uuid, 'data_rectified');
    t.same(audited.at(-1)?.metadata, {fields: ['answers'], by: 'operator'});
    await t.rejects(rectify(), {message: /requires --name, --new-email or --answer/});
  });
});

void t.test('answers are deleted with their session', async (t) => {
  const server = await startServer(t);
  await saveQuestions(server, 'acme');
  const create = async (email: string) => {
    const visitor = await arriveAt(server, 'acme');
    t.equal((await visitor.contact(email, 'Anna', {answers: ANSWERS})).status, 202);
    return visitor;
  };
  const count = async (uuid: string) => (await getAnswerRows(server, uuid)).length;

  await t.test('by the visitor', async (t) => {
    const visitor = await create('one@example.com');
    t.equal((await visitor.call('DELETE', '/api/session')).status, 204);
    t.equal(await count(visitor.uuid), 0);
  });

  await t.test('when the consent to storing is withdrawn', async (t) => {
    const visitor = await create('two@example.com');
    await visitor.consent({personal_data: false});
    t.equal(await count(visitor.uuid), 0);
  });

  await t.test('a week after a session was archived, not before', async (t) => {
    const visitor = await create('three@example.com');
    const archived = (days: number) => server.sql`
      update user_sessions set archived_at = now() - make_interval(days => ${days})
      where uuid = ${visitor.uuid}`;
    await archived(6);
    await applyRetention(server.sql, server.config.retention);
    t.equal(await count(visitor.uuid), Object.keys(ANSWERS).length);
    await archived(8);
    await applyRetention(server.sql, server.config.retention);
    t.equal(await count(visitor.uuid), 0);
  });
});

void t.test('webhooks get answers only with the contact', async (t) => {
  const receiver = await startReceiver(t, (response) => void response.writeHead(200).end());
  const server = await startServer(t, {settings: {ALLOW_PRIVATE_HOSTS: receiver.host}});
  await saveQuestions(server, 'acme');
  const add = (...more: string[]) =>
    runCommand(
      server,
      webhookCommand,
      ...['add', '--site', 'acme', '--url', receiver.url, '--events', 'session.pending', ...more],
    );
  await add();
  await add('--with-contact');
  const visitor = await arriveAt(server, 'acme');

  await visitor.contact('anna@example.com', 'Anna', {answers: {town: 'Köln'}});
  server.webhooks.wake();
  await until(() => receiver.requests.length === 2);

  const bodies = receiver.requests.map(({body}) => JSON.parse(body) as {data: {answers?: unknown}});
  t.same(bodies.map(({data}) => data.answers).sort(), [
    [{field: 'town', question: 'Where?', value: 'Köln', label: 'Köln'}],
    undefined,
  ]);
});

void t.test('a responder gets only the answers that the site lists', async (t) => {
  const receiver = await startReceiver(t, (response) => {
    response.writeHead(200, {'content-type': 'application/json'}).end('{"text":"Yes."}');
  });
  const server = await startServer(t, {
    repliesToMessages: true,
    settings: {ALLOW_PRIVATE_HOSTS: receiver.host},
  });
  const secret = `whsec_${Buffer.alloc(32, 1).toString('base64')}`;
  const responder = {kind: 'webhook' as const, url: receiver.url, secret};
  await saveQuestions(server, 'listed', QUESTIONS, {responder, responder_fields: ['town', 'gone']});
  await saveQuestions(server, 'unlisted', QUESTIONS, {responder});
  const naming = QUESTIONS.map((step) =>
    step.id === 'ask_town'
      ? {...step, text: 'Where, {name}, {answers.position}, {answers.days}?'}
      : step,
  );
  await saveQuestions(server, 'naming', naming, {responder, responder_fields: ['town', 'days']});
  const getTurnOf = async (site: string) => {
    const visitor = await arriveAt(server, site);
    await visitor.contact('anna@example.com', 'Anna', {answers: ANSWERS});
    const count = receiver.requests.length;
    await writeMessage(visitor, 'Is it complete?');
    await waitForReplies(visitor);
    return receiver.requests[count]?.body ?? '';
  };

  const listed = JSON.parse(await getTurnOf('listed')) as {answers: unknown};
  t.same(listed.answers, [{field: 'town', question: 'Where?', value: 'Köln', label: 'Köln'}]);
  const named = await getTurnOf('naming');
  const {answers} = JSON.parse(named) as {answers: {field: string; question: string}[]};
  const town = answers.find(({field}) => field === 'town');
  t.match(town?.question, /^Where, …, …, Monday.*\?$/, 'nothing else stands in a question');
  t.notMatch(named, /Anna|Nurse/);
  const unlisted = await getTurnOf('unlisted');
  t.same((JSON.parse(unlisted) as {answers: unknown}).answers, []);
  t.notMatch(unlisted, /Köln|nurse/);
});

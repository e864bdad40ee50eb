import t from 'tap';

import {webhookCommand} from '../webhooks/command.js';
import {OWNER_EMAIL, confirmLink} from './contact-helpers.js';
import {getConfirmationLink} from './mailbox.js';
import {makePdf} from './pdf.js';
import {startReceiver, waitForReplies, writeMessage} from './responder-helpers.js';
import {runCommand} from './run-command.js';
import {startServer} from './start-server.js';
import type {TestServer} from './start-server.js';
import {until} from './until.js';
import {Visitor} from './visitor.js';

/** Creates a visitor who has asked a question, and then left the e-mail address. */
const askAndLeaveEmail = async (server: TestServer, email: string) => {
  const visitor = await Visitor.consenting(server.url);
  await writeMessage(visitor, 'When are you open?');
  const [reply] = await waitForReplies(visitor);
  const {status, body} = await visitor.contact(email, 'Zora');
  return {visitor, reply, status, body};
};

const reach = (visitor: Visitor, step: string) =>
  visitor.call('POST', '/api/session/progress', {json: {step}});

/** Does the steps that follow the question, and returns their statuses. */
const doSteps = async (visitor: Visitor, ...files: string[]) => {
  const statuses = [(await reach(visitor, 'name')).status];
  statuses.push((await visitor.consent({ai_training: true})).status);
  for (const name of files) statuses.push((await visitor.upload(makePdf(), {name})).status);
  statuses.push((await reach(visitor, 'email')).status);
  return statuses;
};

const confirm = async (server: TestServer, email: string) =>
  confirmLink(getConfirmationLink(await server.mailbox.waitFor(email)));

const findOwnerMails = ({mailbox}: TestServer, subject: RegExp) =>
  mailbox.mails.filter(
    (mail) => mail.to?.[0]?.address === OWNER_EMAIL && subject.test(mail.subject ?? ''),
  );

t.test('the steps can be resumed while the e-mail address is unconfirmed', async (t) => {
  const server = await startServer(t, {repliesToMessages: true});
  const email = 'zora@example.com';
  const {visitor, reply, status, body} = await askAndLeaveEmail(server, email);
  t.equal(reply?.asks_for_email, true);
  t.match([status, body], [202, {state: 'pending', email_masked: 'z•••@example.com'}]);

  t.same(await doSteps(visitor, 'cv.pdf', 'letter.pdf'), [204, 200, 201, 201, 204]);

  t.match((await visitor.session()).body, {
    state: 'pending',
    name: 'Zora',
    files: [{}, {}],
    consents: [
      {purpose: 'personal_data', granted: true},
      {purpose: 'ai_training', granted: true},
    ],
  });
  const [row] = await server.sql<{trained: boolean}[]>`
    select consent_ai_training as trained from user_sessions where uuid = ${visitor.uuid}`;
  t.equal(row?.trained, true);
  t.equal((await visitor.contact(email, 'Zora')).status, 202, 'the e-mail step can be repeated');

  await confirm(server, email);
  await until(() => findOwnerMails(server, /^New request/).length === 1);
  const [mail] = findOwnerMails(server, /^New request/);
  t.match(mail?.text, /cv\.pdf[^]*letter\.pdf|letter\.pdf[^]*cv\.pdf/);
  t.match(mail?.text, /Training the AI assistant[^:]*: granted/);
  t.same(await server.sql`select from jobs where payload ? 'files_added'`, []);
  const counts = await server.sql<{counter: string; count: number}[]>`
    select counter, count::int from funnel_daily
    where counter in ('asked', 'started', 'contact_given', 'uploaded', 'completed')`;
  t.same(Object.fromEntries(counts.map(({counter, count}) => [counter, count])), {
    asked: 1,
    started: 1,
    contact_given: 1,
    uploaded: 2,
    completed: 1,
  });
});

t.test('files that follow the confirmation are reported to the owner', async (t) => {
  const receiver = await startReceiver(t, (response) => void response.writeHead(200).end());
  const server = await startServer(t, {
    repliesToMessages: true,
    settings: {ALLOW_PRIVATE_HOSTS: receiver.host},
  });
  const events = '--events=session.complete,session.files_added';
  const site = ['--site', 'demo', '--url', receiver.url];
  await runCommand(server, webhookCommand, 'add', ...site, events, '--with-contact');
  const email = 'anna@example.com';
  const {visitor} = await askAndLeaveEmail(server, email);
  await confirm(server, email);
  await until(() => findOwnerMails(server, /^New request/).length === 1);
  t.match(findOwnerMails(server, /^New request/)[0]?.text, /Files:\n {2}none\n/);

  t.same(await doSteps(visitor, 'cv.pdf', 'letter.pdf'), [204, 200, 201, 201, 204]);

  t.match((await visitor.session()).body, {state: 'complete', files: [{}, {}]});
  const waiting = await server.sql<{minutes: number}[]>`
    select extract(epoch from run_at - now())::float8 / 60 as minutes from jobs
    where payload ? 'files_added'`;
  t.equal(waiting.length, 1, 'one e-mail for both files');
  t.ok(waiting[0] && waiting[0].minutes > 4 && waiting[0].minutes <= 5);
  await server.sql`update jobs set run_at = now() where payload ? 'files_added'`;
  server.sender.wake();
  await until(() => findOwnerMails(server, /^Files added/).length === 1);
  const [mail] = findOwnerMails(server, /^Files added/);
  t.match(mail?.text, 'cv.pdf');
  t.match(mail?.text, 'letter.pdf');
  t.same(
    mail?.replyTo?.map(({address}) => address),
    [email],
  );

  await until(() => receiver.requests.length === 3);
  const sent = receiver.requests.map(
    ({body}) => JSON.parse(body) as {type: string; data: {state: string; files: object[]}},
  );
  t.same(sent.map(({type}) => type).sort(), [
    'session.complete',
    'session.files_added',
    'session.files_added',
  ]);
  t.ok(sent.some(({type, data}) => type === 'session.files_added' && data.files.length === 2));
  t.ok(sent.every(({data}) => data.state === 'complete'));
});

t.test('no e-mail reports files that the visitor has deleted again', async (t) => {
  const server = await startServer(t, {repliesToMessages: true});
  const {visitor} = await askAndLeaveEmail(server, 'zora@example.com');
  await confirm(server, 'zora@example.com');
  const {body} = await visitor.upload(makePdf());
  await visitor.call('DELETE', `/api/files/${body.file.id}`);

  await server.sql`update jobs set run_at = now() where payload ? 'files_added'`;
  server.sender.wake();
  await until(async () => (await server.sql`select from jobs`).length === 0);

  t.same(findOwnerMails(server, /^Files added/), []);
});

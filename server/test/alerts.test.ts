import {setTimeout as sleep} from 'node:timers/promises';

import postgres from 'postgres';
import t from 'tap';
import type {Test} from 'tap';

import {recordAudit} from '../audit/store.js';
import {connectDatabase} from '../database/connect.js';
import type {Sql} from '../database/sql.js';
import {getAlertText} from '../alerts/alert-texts.js';
import {sendAlertSummaries, raiseAlert} from '../alerts/alerts.js';
import {composeMail} from '../notifications/compose-mail.js';
import {ConfirmationLinks} from '../mail/links.js';
import {DevMailbox} from '../mail/dev-mailbox.js';
import {DatabaseOutage} from '../alerts/database-outage.js';
import type {MailJob} from '../jobs/queue.js';
import {FaultProxy} from './fault-proxy.js';
import {openMigratedDatabase} from './migrated-database.js';
import {callSuccessfully} from './retry-while-busy.js';
import type {ObjectStore} from '../object-store/object-store.js';
import {makePdf} from './pdf.js';
import {startServer, temporaryFolder} from './start-server.js';
import type {TestServer} from './start-server.js';
import {createMigratedDatabase} from './test-database.js';
import {until} from './until.js';
import {Visitor, request} from './visitor.js';

const OPERATOR = 'operator@example.com';

const ALERT = {cause: 'a part', code: 'internal', message: 'It failed.'} as const;

const hourPasses = (sql: Sql) =>
  sql`update alerts set mailed_at = mailed_at - interval '61 minutes'`;

const queued = async (sql: Sql) =>
  (
    await sql<{payload: MailJob & {template: 'alert'}}[]>`
      select payload from jobs where payload->>'template' = 'alert' order by created_at, run_at`
  ).map(({payload}) => payload);

t.test('one cause leads to one e-mail an hour, and then a summary with the count', async (t) => {
  const sql = await openMigratedDatabase(t);

  for (let i = 0; i < 5; i++) await raiseAlert(sql, {...ALERT, message: `It failed: ${i}.`});
  await raiseAlert(sql, {...ALERT, cause: 'another part'});
  await sendAlertSummaries(sql);
  t.match(await queued(sql), [
    {cause: 'a part', message: 'It failed: 0.', count: 1},
    {cause: 'another part', count: 1},
  ]);

  await hourPasses(sql);
  await Promise.all([sendAlertSummaries(sql), sendAlertSummaries(sql), sendAlertSummaries(sql)]);
  const told = await queued(sql);
  t.equal(told.length, 3, 'one summary is sent without any further event');
  t.match(told[2], {cause: 'a part', message: 'It failed: 4.', count: 4, since: /Z$/});

  await raiseAlert(sql, ALERT);
  t.equal((await queued(sql)).length, 3, 'the summary starts another hour');
  await hourPasses(sql);
  await sendAlertSummaries(sql);
  t.match((await queued(sql))[3], {count: 1, since: /Z$/});

  await hourPasses(sql);
  await sendAlertSummaries(sql);
  t.equal((await queued(sql)).length, 4, 'no summary is sent without events');
  await raiseAlert(sql, ALERT);
  const last = (await queued(sql))[4];
  t.match(last, {cause: 'a part', count: 1});
  t.notOk(last?.since, 'the next alert is sent immediately');
});

t.test('an event after the hour is counted with the events before it', async (t) => {
  const sql = await openMigratedDatabase(t);
  await raiseAlert(sql, ALERT);
  await raiseAlert(sql, ALERT);
  await hourPasses(sql);
  await raiseAlert(sql, ALERT);
  t.equal((await queued(sql)).length, 1);
  await sendAlertSummaries(sql);
  t.match((await queued(sql))[1], {count: 2});
});

t.test('many concurrent events of one cause lead to one e-mail', async (t) => {
  const sql = await openMigratedDatabase(t);
  await Promise.all(Array.from({length: 20}, () => raiseAlert(sql, ALERT)));
  t.equal((await queued(sql)).length, 1);
  t.match(await sql`select count from alerts`, [{count: 20}]);
});

t.test('the mail sender sends the count automatically', async (t) => {
  const server = await startServer(t);
  await raiseAlert(server.sql, ALERT);
  await raiseAlert(server.sql, ALERT);
  await hourPasses(server.sql);
  server.sender.wake();
  await server.mailbox.waitFor(OPERATOR, 1);
  const subjects = server.mailbox.mails.map(({subject}) => subject).sort();
  t.same(subjects, ['[Maria Chat] A request failed', '[Maria Chat] A request failed (1 more)']);
});

const notified = (sql: Sql) => sql`
  select user_uuid, metadata from audit_logs where event_type = 'admin_notified'`;

t.test(
  'the operator counts as notified once the mail server has accepted the e-mail',
  async (t) => {
    const server = await startServer(t);
    await raiseAlert(server.sql, ALERT);
    t.same(await notified(server.sql), []);
    server.sender.wake();
    await server.mailbox.waitFor(OPERATOR);
    await until(async () => (await notified(server.sql)).length === 1);
    t.match(await notified(server.sql), [
      {user_uuid: null, metadata: {cause: 'a part', code: 'internal', count: 1}},
    ]);
  },
);

t.test('an alert says what happened, what it means and what to do', async (t) => {
  const server = await startServer(t);
  await raiseAlert(server.sql, {
    cause: 'mail_dead',
    code: 'mail_dead',
    message: 'The mail server did not accept 2 e-mails.',
  });
  server.sender.wake();

  const {from, subject, text, html} = await server.mailbox.waitFor(OPERATOR);

  t.equal(from?.name, 'Maria Chat');
  t.equal(subject, '[Maria Chat] E-mails could not be sent');
  for (const part of [text ?? '', html ?? '']) {
    t.match(part, /did not accept 2 e.mails[^]*What this means[^]*What to do now[^]*maria doctor/);
    t.match(part, /First occurrence within an hour/);
  }
});

t.test('the explanation of a cause is more exact than that of its code', (t) => {
  const storage = getAlertText({cause: 'unavailable storage', code: 'unavailable'});
  const database = getAlertText({cause: 'database_outage', code: 'unavailable'});
  t.match(storage.title, /storage/);
  t.match(database.title, /database/);
  for (const code of ['internal', 'uuid_generation_failed', 'a code of a later release'])
    t.equal(getAlertText({cause: `${code} /api/x`, code}).title, 'A request failed');
  t.end();
});

t.test('without ADMIN_EMAIL an alert is only logged', async (t) => {
  const server = await startServer(t, {settings: {ADMIN_EMAIL: ''}});
  await raiseAlert(server.sql, ALERT);
  server.sender.wake();
  await until(async () => (await queued(server.sql)).length === 0);
  t.match(
    server.logLines.filter(({level}) => level === 50),
    [{alert: ALERT, msg: /set ADMIN_EMAIL/}],
  );
  t.same(await notified(server.sql), []);
  t.equal(server.mailbox.mails.length, 0);
});

t.test('the development mailbox also captures alerts', async (t) => {
  const mailbox = await DevMailbox.start(await temporaryFolder(t));
  t.teardown(() => mailbox.stop());
  const settings = {ADMIN_EMAIL: '', SMTP_URL: ''};
  const server = await startServer(t, {settings, deps: {mailbox, smtpUrl: mailbox.smtpUrl}});
  await raiseAlert(server.sql, ALERT);
  server.sender.wake();
  await until(async () => (await mailbox.list()).length === 1);
  t.match(await mailbox.list(), [{mail: {subject: '[Maria Chat] A request failed'}}]);
  await until(async () => (await notified(server.sql)).length === 1);
});

const uploaded = async (visitor: Visitor, name = 'a.pdf'): Promise<string> => {
  const {body} = await callSuccessfully(() => visitor.upload(makePdf(), {name}));
  return body.file.id;
};

/** Starts a server whose object store throws when a download link is requested. */
const failing = async (t: Test) => {
  const server: TestServer = await startServer(t);
  const objects = Object.assign(Object.create(server.objects) as ObjectStore, {
    createDownloadLink: () => Promise.reject(new Error('for Anna Beispiel, anna@example.com')),
  } satisfies Partial<ObjectStore>);
  return startServer(t, {beside: server, deps: {objects}});
};

t.test('a failed request is reported with its session and the actions before it', async (t) => {
  const server = await failing(t);
  const visitor = await Visitor.consenting(server.url);
  const id = await uploaded(visitor, 'secret-name.pdf');

  const response = await visitor.call('GET', `/api/files/download/${id}`);
  t.equal(response.status, 500);
  await until(async () => (await queued(server.sql)).length === 1);
  server.sender.wake();

  const mail = await server.mailbox.waitFor(OPERATOR);
  t.match(mail.text, new RegExp(`Session: ${visitor.uuid}`));
  t.match(mail.text, /Code: internal/);
  t.match(mail.text, new RegExp(`Request ${String(response.body['request_id'])} failed`));
  t.match(mail.text, /Last actions: .*file_upload, consent_given/);
  t.match(mail.text, new RegExp(`Full log: .*maria audit --uuid ${visitor.uuid}`));
  t.notMatch(
    `${mail.subject ?? ''}${mail.text ?? ''}${mail.html ?? ''}`,
    /Anna|@example|secret-name|127\.0\.0/,
  );
  t.match(await server.sql`select user_uuid, site_key from audit_logs where event_type = 'error'`, [
    {user_uuid: visitor.uuid, site_key: 'demo'},
  ]);
});

t.test('the last actions are cut at 200 characters and contain no IP address', async (t) => {
  const server = await startServer(t);
  const visitor = await Visitor.consenting(server.url);
  const entry = {uuid: visitor.uuid, site: 'demo', ipAddress: '203.0.113.5'};
  for (let i = 0; i < 30; i++)
    await recordAudit(server.sql, {...entry, event: 'verification_sent'});
  const links = new ConfirmationLinks(server.config.secrets, server.url);
  const mail = await composeMail(
    {sql: server.sql, config: server.config, links},
    {template: 'alert', ...ALERT, uuid: visitor.uuid},
  );
  const actions = /^Last actions: (.*)$/m.exec(mail?.text ?? '')?.[1] ?? '';
  t.ok(actions.length > 150 && actions.length <= 200, String(actions.length));
  t.notMatch(mail?.text, /203\.0\.113/);
});

t.test('a UUID without a valid token is not reported', async (t) => {
  const server = await failing(t);
  const visitor = await Visitor.consenting(server.url);
  const id = await uploaded(visitor);
  const other = await Visitor.arrive(server.url);
  await request(server.url, 'GET', `/api/files/download/${id}`, {
    headers: {...visitor.credentials, 'x-session-uuid': other.uuid},
  });
  t.equal((await server.sql`select from audit_logs where event_type = 'error'`).length, 0);
});

/** Duration of the shortest outage that is reported. */
const SHORTEST_OUTAGE_MS = 1_000;

t.test('an outage of the database is reported after its end, with its start and end', async (t) => {
  const {url} = await createMigratedDatabase(t);
  const proxy = await FaultProxy.start(t, url);
  const server = await startServer(t, {settings: {DATABASE_URL: proxy.replaceHost(url)}});
  const visitor = await Visitor.consenting(server.url);
  server.sender.wake();
  await sleep(200);

  await proxy.set('refuse');
  const began = Date.now();
  const failing = async () => {
    t.equal((await visitor.session()).status, 503);
    server.cleanup.triggerSoon();
    await sleep(100);
  };
  await failing();
  const noticed = Date.now();
  while (Date.now() <= noticed + SHORTEST_OUTAGE_MS) await failing();
  await failing();
  await proxy.set('pass');
  server.sender.wake();

  const mail = await server.mailbox.waitFor(OPERATOR);
  t.equal(mail.subject, '[Maria Chat] The database was unavailable');
  const [, from = '', to = ''] =
    /was unavailable from (\S+Z) to (\S+Z)\. Cleanup failed \d+ times/.exec(mail.text ?? '') ?? [];
  t.ok(Date.parse(from) >= began && Date.parse(from) <= noticed, from);
  t.ok(Date.parse(to) > noticed + SHORTEST_OUTAGE_MS, to);
});

t.test('a single closed connection or a statement timeout is no outage', async (t) => {
  const sql = await openMigratedDatabase(t);
  const outage = new DatabaseOutage();
  outage.record(Object.assign(new Error('cut'), {code: 'CONNECTION_CLOSED'}));
  await outage.resolve(sql);
  let now = 0;
  const slow = new DatabaseOutage(() => new Date((now += 5_000)));
  slow.record(Object.assign(new postgres.PostgresError('slow'), {code: '57014'}));
  slow.record(Object.assign(new postgres.PostgresError('slow'), {code: '57014'}));
  await slow.resolve(sql);
  t.equal((await queued(sql)).length, 0);
  slow.record(Object.assign(new Error('cut'), {code: 'ECONNREFUSED'}));
  slow.record(Object.assign(new Error('cut'), {code: 'ECONNREFUSED'}));
  await slow.resolve(sql);
  await slow.resolve(sql);
  t.equal((await queued(sql)).length, 1);
});

t.test(
  'an outage whose report failed is reported later, with its own count of failed runs',
  async (t) => {
    const {sql, config} = await startServer(t);
    const gone = connectDatabase({url: config.databaseUrl ?? ''});
    await gone.end();
    let now = 0;
    const outage = new DatabaseOutage(() => new Date((now += 5_000)));
    const refused = Object.assign(new Error('away'), {code: 'ECONNREFUSED'});
    const told = async () =>
      (await sql`select message from alerts where cause = 'database_outage'`)[0]?.['message'] as
        string | undefined;

    for (let i = 0; i < 3; i++) outage.recordStoppedCleanup(refused);
    await t.rejects(outage.resolve(gone));
    t.equal(await told(), undefined);
    await outage.resolve(sql);
    t.match(await told(), 'Cleanup failed 3 times and deleted nothing');
    await outage.resolve(sql);
    t.match(await sql`select count from alerts`, [{count: 1}], 'the outage is reported once');

    for (let i = 0; i < 2; i++) outage.record(refused);
    await outage.resolve(sql);
    t.match(await told(), / from \S+:\S+Z to \S+Z\.$/, 'the next outage has no failed runs');
  },
);

t.test('a cleanup that fails each time is reported', async (t) => {
  const {url} = await createMigratedDatabase(t);
  const impatient = connectDatabase({url, silenceMs: 700});
  t.teardown(() => impatient.end());
  const server = await startServer(t, {
    settings: {DATABASE_URL: url},
    deps: {backgroundSql: impatient},
  });

  await server.sql.begin(async (tx) => {
    await tx`lock table file_uploads in access exclusive mode`;
    server.cleanup.triggerSoon();
    await until(async () => (await queued(server.sql)).length === 1);
  });

  t.match(await queued(server.sql), [{cause: 'cleanup', code: 'cleanup_failed'}]);
});

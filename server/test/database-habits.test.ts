import {randomUUID} from 'node:crypto';

import t from 'tap';
import type {Test} from 'tap';

import {Reaper} from '../cleanup/reaper.js';
import {connectDatabase} from '../database/connect.js';
import {migrate} from '../database/migrate.js';
import {resetMailLimits} from './contact-helpers.js';
import {getConfirmationLink} from './mailbox.js';
import {TestRole} from './test-role.js';
import {callSuccessfully, retryWhileBusy} from './retry-while-busy.js';
import {makePdf} from './pdf.js';
import {startServer} from './start-server.js';
import type {TestServer} from './start-server.js';
import {Visitor} from './visitor.js';

/**
 * Defaults that the owner of a database can set for a role, and that change the meaning of queries.
 */
const HABITS = [
  [
    "datestyle = 'German'",
    "intervalstyle = 'sql_standard'",
    "bytea_output = 'escape'",
    "default_transaction_isolation = 'serializable'",
    "timezone = 'America/St_Johns'",
    'standard_conforming_strings = off',
    'extra_float_digits = -15',
    'array_nulls = off',
    "lock_timeout = '1ms'",
    "statement_timeout = '1ms'",
    "idle_in_transaction_session_timeout = '1ms'",
  ],
  ["datestyle = 'SQL, DMY'", "default_transaction_isolation = 'repeatable read'"],
];

/** Returns the current values of the settings that these tests change for the server's role. */
const getSettings = async ({sql}: TestServer): Promise<Record<string, string>> => {
  const names = HABITS.flat().map((habit) => habit.split(' ')[0] ?? '');
  const rows = await sql<{name: string; setting: string}[]>`
    select name, setting from pg_settings where lower(name) = any (${names}::text[])`;
  return Object.fromEntries(rows.map(({name, setting}) => [name, setting]));
};

/** Does everything that a visitor can do, from the upload to the deletion. */
const walk = async (t: Test, server: TestServer) => {
  const email = `${randomUUID()}@example.com`;
  await resetMailLimits(server);
  const visitor = await Visitor.consenting(server.url);
  const bytes = makePdf(3_000);

  const uploads = await Promise.all(
    Array.from({length: 5}, (_, i) =>
      retryWhileBusy(() => visitor.upload(bytes, {name: 'Lebenslauf \\ Zoë.pdf', key: `k${i}`})),
    ),
  );
  t.equal(uploads.filter(({status}) => status < 300).length, 3);
  t.equal(uploads.filter(({status}) => status === 409).length, 2);
  const [file] = await visitor.files();
  t.same((await visitor.download(file?.id ?? '')).bytes, bytes);
  await callSuccessfully(() =>
    visitor.call('POST', '/api/messages', {json: {client_id: 'm1', body: 'C:\\new\\'}}),
  );
  const {body: messages} = await visitor.call<{messages: {body: string; created_at: string}[]}>(
    'GET',
    '/api/messages',
  );
  t.equal(messages.messages[0]?.body, 'C:\\new\\');
  t.ok(isRecent(messages.messages[0]?.created_at));

  t.equal((await visitor.contact(email)).status, 202);
  server.sender.wake();
  const link = getConfirmationLink(await server.mailbox.waitFor(email));
  t.equal((await retryWhileBusy(() => fetch(link, {method: 'POST'}))).status, 200);
  const {body} = await callSuccessfully(() => visitor.session());
  t.match(body, {state: 'complete', files: [{size: 3_000}, {}, {}]});
  t.ok(isRecent(file?.uploaded_at));
  t.equal((await visitor.call('GET', '/api/session/export')).status, 200);
  t.equal((await visitor.call('DELETE', '/api/session')).status, 204);
  t.equal((await visitor.session()).status, 410);
};

const isRecent = (time: string | undefined): boolean =>
  Math.abs(Date.parse(time ?? '') - Date.now()) < 3_600_000;

t.test('a role with unusual defaults', async (t) => {
  const role = await TestRole.withTables(t);
  const server = await startServer(t, {settings: {DATABASE_URL: role.url}});
  const earlier = await Visitor.consenting(server.url);

  const expected = await getSettings(server);
  t.equal(Object.keys(expected).length, 11);

  for (const habits of HABITS) {
    await t.test(habits.join(', '), async (t) => {
      for (const habit of habits) await role.set(habit);
      t.teardown(async () => {
        for (const habit of habits) await role.reset(habit);
      });
      await role.closeConnections();
      await callSuccessfully(() => earlier.session());

      t.same(await getSettings(server), expected);
      await walk(t, server);
      await callSuccessfully(() => earlier.consent({ai_training: true}));
      await new Reaper({...server, log: server.app.log}).run();
    });
  }
});

t.test('tables in the schema of the role’s search path', async (t) => {
  const role = await TestRole.create(t);
  const sql = connectDatabase({url: role.url, max: 1, connectSeconds: 20});
  t.teardown(() => sql.end({timeout: 1}));
  await sql`create schema app`;
  await role.set('search_path = app');
  await migrate(role.url);
  const tables = await sql`select from pg_tables where schemaname = 'public'`;
  t.equal(tables.length, 0);

  await walk(t, await startServer(t, {settings: {DATABASE_URL: role.url}}));
});

t.test('tables in the schema of DATABASE_URL', async (t) => {
  const role = await TestRole.create(t);
  const url = `${role.url}?options=-csearch_path%3Dintake`;
  const sql = connectDatabase({url: role.url, max: 1, connectSeconds: 20});
  t.teardown(() => sql.end({timeout: 1}));
  await sql`create schema intake`;
  await migrate(url);

  await walk(t, await startServer(t, {settings: {DATABASE_URL: url}}));
});

import t from 'tap';

import {connectDatabase} from '../database/connect.js';
import type {Sql} from '../database/sql.js';
import {createReaper, createVisitWithFile} from './cleanup-helpers.js';
import {listKeys} from './list-keys.js';
import {startServer} from './start-server.js';
import type {TestServer} from './start-server.js';
import {until} from './until.js';

/** Adds sessions of the demo site with an e-mail address that was never confirmed. */
const addSessions = async ({sql}: TestServer, count: number): Promise<void> => {
  await sql`
    insert into visits (uuid, site_key, token_hash, state)
    select gen_random_uuid(), 'demo', sha256('x'), 'session' from generate_series(1, ${count})`;
  await sql`
    insert into user_sessions (uuid, site_key, name, email, consent_personal_data)
    select uuid, 'demo', 'N', 'n@example.com', true from visits where state = 'session'
    on conflict do nothing`;
};

t.test('one run deletes everything that is due, batch after batch', async (t) => {
  const server = await startServer(t, {settings: {COMPLETE_RETENTION_DAYS: '90'}});
  const {sql} = server;
  await addSessions(server, 450);
  const due = (days: number) => sql`
    update user_sessions set created_at = created_at - ${`${days} days`}::interval,
                             archived_at = archived_at - ${`${days} days`}::interval`;

  await t.test('archiving', async (t) => {
    await due(31);
    t.match(await createReaper(server).run(), {archived: 450, purged: 0});
  });

  await t.test('purging', async (t) => {
    await due(8);
    t.match(await createReaper(server).run(), {archived: 0, purged: 450});
    t.equal((await sql`select from user_sessions`).length, 0);
  });

  await t.test('complete sessions beyond their retention, and no other', async (t) => {
    await addSessions(server, 120);
    await sql`
      update user_sessions set verified = true, completed_at = now() - case
        when id % 2 = 0 then interval '90 days 1 minute' else interval '89 days 23 hours' end`;
    t.match(await createReaper(server).run(), {purged: 60});
    t.equal((await sql`select from user_sessions`).length, 60);
  });

  await t.test('links', async (t) => {
    await sql`
      insert into email_verifications (id, key_id, session_uuid, address, expires_at)
      select gen_random_uuid(), 'k', uuid, 'n@example.com', now() - interval '1 minute' from visits`;
    const count = (await sql`select from email_verifications`).length;
    await addSessions(server, 2_100 - count);
    await sql`
      insert into email_verifications (id, key_id, session_uuid, address, expires_at)
      select gen_random_uuid(), 'k', uuid, 'n@example.com', now() - interval '1 minute' from visits
      on conflict do nothing`;

    await createReaper(server).run();

    const open = await sql`
      select from email_verifications where voided_at is null and used_at is null`;
    t.equal(open.length, 0);
    const expired = await sql`select from audit_logs where event_type = 'verification_expired'`;
    t.ok(expired.length >= 2_100);
  });

  await t.test('abandoned visits', async (t) => {
    await sql`
      insert into visits (uuid, site_key, token_hash, last_seen_at)
      select gen_random_uuid(), 'demo', sha256('x'), now() - interval '31 minutes'
      from generate_series(1, 250)`;
    t.match(await createReaper(server).run(), {abandoned: 250, tombstones: 250});
  });
});

t.test('files that the visitor deleted are removed with the erased session', async (t) => {
  const server = await startServer(t);
  const {visitor, id} = await createVisitWithFile(server);
  await visitor.contact('anna@example.com');
  await visitor.call('DELETE', `/api/files/${id}`);
  await createReaper(server).run();
  const getRows = async () =>
    (await server.sql`select from file_uploads where session_uuid = ${visitor.uuid}`).length;
  t.equal(await getRows(), 1, 'a deleted file stays as a row of its session');

  await visitor.call('DELETE', '/api/session');
  // The server's own cleanup can run at the same time.
  await until(async () => {
    await createReaper(server).run();
    return (await getRows()) === 0;
  });
});

/**
 * Closes all other connections. A closed connection adds its reads to the statistics before it
 * leaves the list.
 */
const endOthers = async (sql: Sql): Promise<void> => {
  const others = () => sql`
    select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid()
      and backend_type = 'client backend'`;
  await until(async () => (await others()).length === 0);
};

t.test('a run reads no large table from end to end', async (t) => {
  const server = await startServer(t, {settings: {COMPLETE_RETENTION_DAYS: '90'}});
  const {databaseUrl: url = ''} = server.config;
  const setUp = connectDatabase({url, max: 1, silenceMs: 30_000, connectSeconds: 20});
  const {visitor} = await createVisitWithFile(server);
  await addSessions({...server, sql: setUp}, 8_000);
  for (const state of ['gone', 'erased', 'open']) {
    await setUp`
      insert into visits (uuid, site_key, token_hash, state)
      select gen_random_uuid(), 'demo', sha256('x'), ${state} from generate_series(1, 12000)`;
  }
  // Visitors deleted these files; their rows stay.
  await setUp`
    insert into file_uploads (id, session_uuid, file_name, s3_key, state, file_size, sha256,
      uploaded_at, is_deleted, deleted_at, removals, removed_at)
    select gen_random_uuid(), uuid, 'a.pdf', gen_random_uuid()::text, 'deleting', 1000, sha256('x'),
           now(), true, now(), 1, now() - interval '1 day'
    from visits where state = 'session'`;
  await setUp`
    insert into email_verifications (id, key_id, session_uuid, address, expires_at)
    select gen_random_uuid(), 'k', uuid, 'n@example.com', now() + interval '1 day' from visits
    where state = 'session'`;
  await setUp`insert into mail_counts (key) select sha256('x') from generate_series(1, 8000)`;
  await setUp`
    insert into audit_logs (event_type, user_uuid)
    select 'step_reached', uuid from visits limit 20000`;
  await setUp`analyze`;
  const statisticsSql = connectDatabase({url, max: 1, connectSeconds: 20});
  t.teardown(() => statisticsSql.end());
  await endOthers(statisticsSql);
  await setUp.end();
  const getReads = async () => {
    const rows = await statisticsSql<{table: string; scans: number}[]>`
      select relname as table, seq_scan::int as scans from pg_stat_user_tables
      where n_live_tup > 5000 or relname like 'audit_logs%'`;
    return new Map(rows.map(({table, scans}) => [table, scans]));
  };
  const before = await getReads();
  for (const table of ['visits', 'user_sessions', 'file_uploads', 'email_verifications']) {
    t.ok(before.has(table), `${table} is large`);
  }

  const own = connectDatabase({url, max: 1, connectSeconds: 20});
  await createReaper(server, {sql: own}).run();
  await createReaper(server, {sql: own}).runUrgent();
  await endOthers(statisticsSql);
  await own.end();

  const after = await getReads();
  for (const [table, scans] of before) t.equal(after.get(table), scans, table);
  t.equal((await visitor.session()).status, 200);
  t.equal((await listKeys(server.objects)).length, 1);
});

import {randomUUID} from 'node:crypto';
import {readFile, readdir} from 'node:fs/promises';

import t from 'tap';

import {Expiry} from '../cleanup/expiry.js';
import {Reaper} from '../cleanup/reaper.js';
import {migrate} from '../database/migrate.js';
import {QueueStatsCache} from '../http/queue-stats.js';
import {getNextJobMs} from '../jobs/queue.js';
import {eraseCommand} from '../privacy/erase-command.js';
import {getConfirmationLink} from './mailbox.js';
import {openMigratedDatabase, connect} from './migrated-database.js';
import {callSuccessfully} from './retry-while-busy.js';
import {OwnerClient} from './owner-client.js';
import {makePdf} from './pdf.js';
import {runCommand} from './run-command.js';
import {startServer} from './start-server.js';
import {createTestDatabase} from './test-database.js';
import {until} from './until.js';
import {Visitor} from './visitor.js';

const ROWS = 100_000;
const MIGRATIONS = new URL('../../../migrations/', import.meta.url);

/**
 * Fills the tables like those of a busy site after some weeks. Each session has one row of each
 * kind.
 */
const fill = (sql: ReturnType<typeof connect>, count: number) =>
  sql.unsafe(`
    create temp table ids as select gen_random_uuid() as id, i from generate_series(1, ${count}) i;
    insert into visits (uuid, site_key, token_hash, state)
      select id, 'demo', sha256(id::text::bytea), 'session' from ids;
    insert into user_sessions (uuid, site_key, name, email, consent_personal_data)
      select id, 'demo', 'Anna', 'a' || i || '@example.com', true from ids;
    insert into consents (session_uuid, purpose, decision, wording, wording_sha256, locale)
      select id, 'personal_data', 'granted', 'May we?', sha256('May we?'), 'en' from ids;
    insert into messages (session_uuid, client_id, role, body) select id, 'm', 'visitor', 'x' from ids;
    insert into events (session_uuid, seq, type) select id, 1, 'message_created' from ids;
    insert into file_uploads (id, session_uuid, file_name, s3_key, file_size, sha256, slot, state,
                              uploaded_at)
      select gen_random_uuid(), id, 'a.pdf', 'uploads/' || id, 1, sha256('x'), 1, 'stored', now()
      from ids;
    insert into email_verifications (id, key_id, session_uuid, address, expires_at, used_at)
      select gen_random_uuid(), '', id, 'A' || i || '@example.com', now() + interval '1 day', now()
      from ids;
    insert into turns (session_uuid, message_id, state, outcome, client)
      select session_uuid, id, 'done', 'answered', '' from messages;
    insert into audit_logs (event_type, user_uuid, ip_address)
      select 'test_row', id, '203.0.113.5' from ids;
    insert into webhooks (id, site_key, url, events, key_id)
      values ('00000000-0000-4000-8000-000000000000', 'demo', 'https://crm.example', '{x}', '');
    insert into webhook_deliveries (id, webhook_id, event, session_uuid, state)
      select gen_random_uuid(), '00000000-0000-4000-8000-000000000000', 'x', id, 'delivered' from ids;
    insert into jobs (kind, payload, run_at)
      select 'mail', '{"template": "lead"}', now() + interval '1 hour' from ids;
    insert into jobs (kind, payload, run_at)
      select 'webhook', '{"webhook": "11111111-1111-4111-8111-111111111111"}', now() + interval '1 hour'
      from ids;
    update leads set last_activity_at = now() - make_interval(secs => i)
      from ids where session_uuid = id;
    insert into mail_counts (key) select sha256(id::text::bytea) from ids;
    insert into rate_limits (key, hits, resets_at) select id, 1, now() + interval '1 hour' from ids;
    drop table ids;
    analyze;`);

/** Calls of the console that must not cost more with more leads. */
const getLeadCalls = (uuid: string, q: string): [string, string, {json: object}?][] => [
  ['GET', '/api/owner/leads'],
  ['GET', '/api/owner/leads?view=unconfirmed&files=true'],
  ['GET', '/api/owner/leads?view=all&locale=sv'],
  ['GET', `/api/owner/leads?view=all&after=1795426200000.${uuid}`],
  ['POST', '/api/owner/leads/search', {json: {q, view: 'all'}}],
  ['POST', '/api/owner/leads/search', {json: {q: 'nowhere to be found'}}],
  ['GET', `/api/owner/leads/${uuid}`],
  ['GET', `/api/owner/leads/${uuid}/messages`],
  ['GET', `/api/owner/leads/${uuid}/trail`],
  ['PATCH', `/api/owner/leads/${uuid}`, {json: {status: 'done'}}],
  ['POST', '/api/owner/leads/bulk', {json: {action: 'open', uuids: [uuid], expect: 1}}],
];

t.test('no statement reads a big table as a whole', async (t) => {
  const server = await startServer(t);
  const sql = connect(t, server.config.databaseUrl ?? '');
  await fill(sql, ROWS);
  const big = await sql<{name: string}[]>`
    select relname as name from pg_class
    where relkind = 'r' and relnamespace = 'public'::regnamespace and reltuples >= ${ROWS / 2}`;
  t.ok(big.length >= 14, big.map(({name}) => name).join());
  const getScans = async () => {
    const rows = await sql<{name: string; scans: number}[]>`
      select relname as name, seq_scan::int as scans from pg_stat_user_tables
      where relname = any(${big.map(({name}) => name)}) order by relname`;
    return Object.fromEntries(rows.map(({name, scans}) => [name, scans]));
  };
  const email = `${randomUUID()}@example.com`;
  const owner = await OwnerClient.create(server);
  const settled = async () => {
    // PostgreSQL counts the reads of a connection when it ends, at the latest.
    await sql`
      select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'`;
    await until(async () => (await server.sql`select 1`.catch(() => [])).length === 1);
    await sql`select pg_stat_clear_snapshot()`;
    return getScans();
  };
  const before = await settled();

  const visitor = await Visitor.consenting(server.url);
  await callSuccessfully(() => visitor.upload(makePdf(), {key: randomUUID()}));
  await callSuccessfully(() =>
    visitor.call('POST', '/api/session/progress', {json: {step: 'files'}}),
  );
  await callSuccessfully(() =>
    visitor.call('POST', '/api/messages', {json: {client_id: 'm1', body: 'Question'}}),
  );
  await callSuccessfully(() => visitor.call('GET', '/api/messages?after=0'));
  await callSuccessfully(() => visitor.session());
  const [file] = await visitor.files();
  await callSuccessfully(() => visitor.call('GET', `/api/files/download/${file?.id}`));
  await callSuccessfully(() => visitor.contact(email));
  server.sender.wake();
  await fetch(getConfirmationLink(await server.mailbox.waitFor(email)), {method: 'POST'});
  await callSuccessfully(() => visitor.call('GET', '/api/session/export'));
  for (const call of getLeadCalls(visitor.uuid, email))
    await callSuccessfully(() => owner.call(...call));
  await runCommand(server, eraseCommand, '--email', email);
  await new QueueStatsCache(server.sql).getLatest();
  for (const kind of ['mail', 'webhook'] as const) await getNextJobMs(server.sql, kind);
  await new Reaper({...server, log: server.app.log}).run();
  await new Expiry({...server, log: server.app.log}).run();
  await callSuccessfully(() => visitor.call('DELETE', `/api/files/${file?.id}`));
  await callSuccessfully(() => visitor.call('DELETE', '/api/session'));

  t.same(await settled(), before);
});

/**
 * Foreign keys without an index. A site is deleted only by `maria site remove`, which counts its
 * rows first. An index would cost every visit a write, and has as few values as there are sites.
 */
const UNINDEXED_KEYS = ['user_sessions_site_key_fkey', 'visits_site_key_fkey'];

t.test('every foreign key has an index that begins with its columns', async (t) => {
  const sql = await openMigratedDatabase(t);
  const keys = await sql<{name: string; hasIndex: boolean}[]>`
    select conname as name, exists (
      select from pg_index
      where indrelid = conrelid and indisvalid
        -- A partial index helps only if it covers every row that has the key.
        and (indpred is null
             or pg_get_expr(indpred, indrelid) = '(' || (
               select attname from pg_attribute where attrelid = conrelid and attnum = conkey[1]
             ) || ' IS NOT NULL)')
        and (indkey::int2[])[0:cardinality(conkey) - 1] @> conkey
        and (indkey::int2[])[0:cardinality(conkey) - 1] <@ conkey
    ) as "hasIndex"
    from pg_constraint
    where contype = 'f' and connamespace = 'public'::regnamespace and conparentid = 0
    order by name`;
  t.ok(keys.length >= 10, `${keys.length} foreign keys`);
  t.same(
    keys.filter(({hasIndex}) => !hasIndex).map(({name}) => name),
    UNINDEXED_KEYS,
  );
});

t.test(
  'a filled database of the previous version gets its indexes without blocking writers',
  async (t) => {
    const {url} = await createTestDatabase(t);
    const sql = connect(t, url);
    await migrate(url);
    await sql`insert into sites (key, name) values ('demo', 'Demo')`;
    await fill(sql, ROWS);
    await sql`delete from schema_migrations where version = 8`;
    await sql`drop index webhook_deliveries_session, email_verifications_address, jobs_due,
              jobs_of_webhook, jobs_waiting, jobs_dead`;
    await sql`create index jobs_due on jobs (run_at) where state = 'queued'`;
    const names = (await readdir(MIGRATIONS)).filter((name) => name.startsWith('0008'));
    t.match(await readFile(new URL(names[0] ?? '', MIGRATIONS), 'utf8'), /create index/);

    let isDone = false;
    let written = 0;
    const writing = (async () => {
      while (!isDone) {
        await sql`insert into jobs (kind) values ('mail')`;
        written += 1;
      }
    })();
    await Promise.all([migrate(url), migrate(url)]);
    isDone = true;
    await writing;

    const [row] = await sql<{count: number}[]>`
    select count(*)::int as count from jobs where kind = 'mail'`;
    t.equal(row?.count, ROWS + written);
    t.equal((await sql`select from pg_indexes where indexname = 'jobs_of_webhook'`).length, 1);
  },
);

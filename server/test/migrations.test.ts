import {createHash} from 'node:crypto';
import {readFile, readdir} from 'node:fs/promises';
import path from 'node:path';
import {fileURLToPath} from 'node:url';

import type postgres from 'postgres';
import t from 'tap';

import {migrate} from '../database/migrate.js';
import {addVisit, connect} from './migrated-database.js';
import {createTestDatabase} from './test-database.js';

const MIGRATIONS = fileURLToPath(new URL('../../../migrations/', import.meta.url));

/** Applies a migration as an earlier version of the server did. */
const apply = async (sql: postgres.Sql, name: string) => {
  const text = await readFile(path.join(MIGRATIONS, name), 'utf8');
  const checksum = createHash('sha256').update(text).digest('hex');
  await sql`
    create table if not exists schema_migrations (
      version integer primary key, name text not null, checksum text not null,
      applied_at timestamptz not null default now())`;
  await sql.unsafe(text);
  await sql`
    insert into schema_migrations (version, name, checksum)
    values (${Number(name.slice(0, 4))}, ${name}, ${checksum})`;
};

/** Selects columns, constraints, indexes and triggers as text. */
const getSchema = (sql: postgres.Sql) => sql`
  select 'column' as kind, table_name || '.' || column_name as name,
         data_type || ' ' || is_nullable || ' ' || coalesce(column_default, '') as definition
  from information_schema.columns where table_schema = 'public'
  union all
  select 'constraint', conrelid::regclass || '.' || conname, pg_get_constraintdef(oid)
  from pg_constraint where connamespace = 'public'::regnamespace
  union all
  select 'index', indexname, indexdef from pg_indexes where schemaname = 'public'
  union all
  select 'trigger', tgrelid::regclass || '.' || tgname, pg_get_triggerdef(oid)
  from pg_trigger where not tgisinternal
  order by 1, 2, 3`;

void t.test('migrate', async (t) => {
  await t.test('creates every table of an empty database', async (t) => {
    const {url} = await createTestDatabase(t);

    await migrate(url);

    const tables = await connect(t, url)<{name: string}[]>`
      select table_name as name from information_schema.tables where table_schema = 'public'`;
    const names = tables.map(({name}) => name);
    for (const name of [
      'account_sessions',
      'accounts',
      'alerts',
      'audit_logs',
      'consents',
      'email_verifications',
      'file_uploads',
      'funnel_daily',
      'jobs',
      'memberships',
      'messages',
      'orphan_candidates',
      'session_answers',
      'sign_in_links',
      'sites',
      'user_sessions',
      'visits',
    ]) {
      t.ok(names.includes(name), name);
    }
  });

  await t.test('runs once if three servers start at the same time', async (t) => {
    const {url} = await createTestDatabase(t);

    await Promise.all([migrate(url), migrate(url), migrate(url)]);

    const sql = connect(t, url);
    const rows = await sql`select version, count(*)::int from schema_migrations group by 1`;
    t.ok(rows.length > 0);
    t.ok(rows.every((row) => row['count'] === 1));
  });

  await t.test('changes nothing when it runs again', async (t) => {
    const {url} = await createTestDatabase(t);
    await migrate(url);
    const sql = connect(t, url);
    const before = [...(await getSchema(sql))];
    const applied = [...(await sql`select * from schema_migrations`)];

    await migrate(url);

    t.same([...(await getSchema(sql))], before);
    t.same([...(await sql`select * from schema_migrations`)], applied);
  });

  await t.test('applies a migration that was added after one with a later number', async (t) => {
    const {url} = await createTestDatabase(t);
    await migrate(url);
    const sql = connect(t, url);
    const before = [...(await getSchema(sql))];
    await sql`alter table sites drop column removed_at`;
    await sql`delete from schema_migrations where version = 2`;

    await migrate(url);

    t.same([...(await getSchema(sql))], before);
    t.equal((await sql`select from schema_migrations where version = 2`).length, 1);
  });

  await t.test('releases its locks if a table is locked, and succeeds later', async (t) => {
    const {url} = await createTestDatabase(t);
    const sql = connect(t, url);
    for (const name of ['0001_schema.sql', '0002_removed_sites.sql']) await apply(sql, name);
    const before = [...(await getSchema(sql))];

    await sql.begin(async (dump) => {
      await dump`lock table file_uploads in access share mode`;
      await t.rejects(migrate(url), {code: '55P03'});
    });

    t.same([...(await getSchema(sql))], before);
    await migrate(url);
    t.notSame([...(await getSchema(sql))], before);
  });

  await t.test('keeps the rows of a filled database and adds the table of releases', async (t) => {
    const {url} = await createTestDatabase(t);
    const sql = connect(t, url);
    const names = (await readdir(MIGRATIONS)).filter((name) => name.endsWith('.sql')).sort();
    for (const name of names.filter((one) => !one.startsWith('0009_'))) await apply(sql, name);
    const uuid = await addVisit(sql);

    await migrate(url);

    t.equal((await sql`select from visits where uuid = ${uuid}`).length, 1);
    await sql`
      insert into widget_releases (release, name, content_type, bytes)
      values ('0.1.0', 'maria-chat.js', 'text/javascript', 'x'::bytea)`;
    t.match(
      [...(await sql`select * from widget_releases`)],
      [{gzip: null, stored_at: Date, last_asked_at: Date}],
    );
  });

  await t.test('rejects an edited migration by name', async (t) => {
    const {url} = await createTestDatabase(t);
    await migrate(url);
    await connect(t, url)`
      update schema_migrations set checksum = 'other' where version = 1`;

    await t.rejects(migrate(url), {message: /0001_schema\.sql differs/});
  });

  await t.test('rejects a newer database and leaves it unchanged', async (t) => {
    const {url} = await createTestDatabase(t);
    await migrate(url);
    const sql = connect(t, url);
    await sql`
      insert into schema_migrations (version, name, checksum) values (9999, '9999_later.sql', 'x')`;
    const before = [...(await getSchema(sql))];

    await t.rejects(migrate(url), {message: /9999_later\.sql.*newer version/});

    t.same([...(await getSchema(sql))], before);
  });

  await t.test('leaves nothing after a failure in the middle', async (t) => {
    const {url} = await createTestDatabase(t);
    const sql = connect(t, url);
    await sql`create table audit_logs (id int)`;

    await t.rejects(migrate(url));

    const tables = await sql`
      select table_name from information_schema.tables where table_schema = 'public'`;
    t.same([...tables], [{table_name: 'audit_logs'}]);
  });
});

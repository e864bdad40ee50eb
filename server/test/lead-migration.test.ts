import {randomUUID} from 'node:crypto';

import type {Sql} from 'postgres';
import t from 'tap';

import {isLockTimeout} from '../database/errors.js';
import {migrate} from '../database/migrate.js';
import {toRefusal} from '../database/refusal.js';
import {connect} from './migrated-database.js';
import {createMigratedDatabase, createTestDatabase} from './test-database.js';

/** Brings the schema back to the version before leads. */
const undoMigrations = async (sql: Sql): Promise<void> => {
  await sql`drop table leads, lead_exports, known_wordings, site_origins`;
  await sql`
    drop index user_sessions_search, file_uploads_search, audit_logs_site_accounts,
               audit_logs_account`;
  await sql`delete from schema_migrations where version in (15, 16)`;
};

t.test('sessions of an earlier version become leads', async (t) => {
  const {url} = await createMigratedDatabase(t);
  const sql = connect(t, url);
  await undoMigrations(sql);
  await sql`insert into sites (key, name) values ('demo', 'Demo')`;
  const addVisit = async (state: string) => {
    const uuid = randomUUID();
    await sql`
      insert into visits (uuid, site_key, token_hash, state)
      values (${uuid}, 'demo', sha256('x'), ${state})`;
    return uuid;
  };
  const addSession = async (values: object = {}) => {
    const uuid = await addVisit('session');
    await sql`insert into user_sessions ${sql({
      uuid,
      site_key: 'demo',
      name: 'Anna',
      email: 'anna@example.com',
      consent_personal_data: true,
      created_at: new Date('2026-01-01'),
      locale: 'de-AT',
      ...values,
    })}`;
    return uuid;
  };
  const pending = await addSession();
  const complete = await addSession({verified: true, completed_at: new Date('2026-01-02')});
  await addSession({archived_at: new Date('2026-03-01')});
  await sql`
    insert into file_uploads (id, session_uuid, file_name, s3_key, file_size, sha256, slot, state,
                              uploaded_at)
    values (${randomUUID()}, ${complete}, 'a.pdf', 'uploads/a', 1, sha256('x'), 1, 'stored',
            '2026-01-01')`;
  const asking = await addVisit('open');
  for (const uuid of [pending, asking])
    await sql`
      insert into messages (session_uuid, client_id, role, body, created_at)
      values (${uuid}, 'm', 'visitor', 'Hello', '2026-02-01')`;
  const greeted = await addVisit('open');
  await sql`
    insert into messages (session_uuid, client_id, role, body)
    values (${greeted}, 'm', 'maria', 'Hello')`;
  await addVisit('erased');

  await migrate(url);

  const rows = await sql`
    select session_uuid as uuid, state, view, status, locale, has_files as files,
           last_activity_at as at
    from leads
    order by last_activity_at, state`;
  t.same(
    [...rows],
    [
      {
        ...{uuid: complete, state: 'complete', view: 'open', status: 'open', locale: 'de-at'},
        files: true,
        at: new Date('2026-01-02'),
      },
      {
        ...{uuid: pending, state: 'pending', view: 'unconfirmed', status: 'open', locale: 'de-at'},
        files: false,
        at: new Date('2026-02-01'),
      },
      {
        ...{uuid: asking, state: 'visit', view: 'open', status: 'open', locale: null},
        files: false,
        at: new Date('2026-02-01'),
      },
    ],
  );
});

t.test('visits are not locked while leads are filled and indexes are built', async (t) => {
  const {url} = await createMigratedDatabase(t);
  const sql = connect(t, url);
  await undoMigrations(sql);
  const held = await sql.reserve();
  await held`begin`;
  // The last index waits for this lock.
  await held`lock table file_uploads in row exclusive mode`;
  let isOver = false;
  const migrating = migrate(url)
    .catch((error: unknown) => error)
    .finally(() => {
      isOver = true;
    });

  let hasWaited = false;
  const locked = new Set<string>();
  while (!isOver) {
    const rows = await held<{name: string; granted: boolean; mode: string}[]>`
      select relation::regclass::text as name, granted, mode from pg_locks
      where pid <> pg_backend_pid() and database = (
        select oid from pg_database where datname = current_database())
        and relation in ('visits'::regclass, 'file_uploads'::regclass)`;
    hasWaited ||= rows.some(({name, granted}) => name === 'file_uploads' && !granted);
    for (const {name, mode} of rows) locked.add(`${name} ${mode}`);
  }

  t.ok(isLockTimeout(await migrating));
  t.ok(hasWaited);
  t.notOk(locked.has('visits ShareRowExclusiveLock'), [...locked].join());
  await held`rollback`;
  held.release();
  await migrate(url);
  const keys = await sql`
    select from pg_constraint where conrelid = 'leads'::regclass and contype = 'f'`;
  t.equal(keys.length, 2);
});

t.test('a user who cannot create pg_trgm gets the command for an administrator', async (t) => {
  const {url} = await createTestDatabase(t);
  const admin = connect(t, url);
  const name = `role_${randomUUID().replaceAll('-', '')}`;
  await admin.unsafe(
    `create role ${name} login password 'x'; grant create on schema public to ${name}`,
  );
  t.teardown(async () => {
    await admin.unsafe(`drop owned by ${name}; drop role ${name}`);
  });
  const limited = new URL(url);
  limited.username = name;
  limited.password = 'x';

  const refused = await migrate(limited.href).catch((error: unknown) => error);

  const message = toRefusal(refused, limited.href)?.message;
  t.match(message, /pg_trgm, which the user "role_\w+" cannot create/);
  t.match(message, /Run as an administrator in this database: create extension pg_trgm\./);
  const tables = await admin`select from pg_tables where schemaname = 'public'`;
  t.equal(tables.length, 0, 'nothing was migrated');

  await admin`create extension pg_trgm`;
  await migrate(limited.href);
  t.equal((await admin`select from leads`).length, 0);
});

t.test('a lock that another transaction keeps is no missing permission', async (t) => {
  const {url} = await createTestDatabase(t);
  const held = await connect(t, url).reserve();
  await held`begin`;
  await held`create extension pg_trgm`;

  t.ok(isLockTimeout(await migrate(url).catch((error: unknown) => error)));

  await held`rollback`;
  held.release();
  await migrate(url);
});

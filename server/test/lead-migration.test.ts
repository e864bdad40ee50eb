import {randomUUID} from 'node:crypto';

import type {Sql} from 'postgres';
import t from 'tap';

import {isLockTimeout} from '../database/errors.js';
import {migrate} from '../database/migrate.js';
import {toRefusal} from '../database/refusal.js';
import {connect} from './migrated-database.js';
import {createMigratedDatabase, createTestDatabase} from './test-database.js';
import {until} from './until.js';

/** Returns functions that write rows as a server of a release without leads does. */
const createOldServer = (sql: Sql) => {
  const addVisit = async (state = 'open') => {
    const uuid = randomUUID();
    await sql`
      insert into visits (uuid, site_key, token_hash, state)
      values (${uuid}, 'demo', sha256('x'), ${state})`;
    return uuid;
  };
  return {
    addVisit,
    addSession: async (values: object = {}) => {
      const uuid = await addVisit('session');
      await sql`insert into user_sessions ${sql({
        ...{uuid, site_key: 'demo', name: 'Anna', email: 'anna@example.com'},
        ...{consent_personal_data: true, locale: 'de-AT', ...values},
      })}`;
      return uuid;
    },
    write: async (uuid: string, role = 'visitor') => {
      await sql`
        insert into messages (session_uuid, client_id, role, body)
        values (${uuid}, ${randomUUID()}, ${role}, 'Hello')`;
    },
    confirm: async (uuid: string) => {
      await sql`
        update user_sessions set verified = true, completed_at = now() where uuid = ${uuid}`;
    },
    upload: async (uuid: string) => {
      const id = randomUUID();
      await sql`
        insert into file_uploads (id, session_uuid, file_name, s3_key, slot, leased_until)
        values (${id}, ${uuid}, 'a.pdf', ${`uploads/${id}`}, 1, now())`;
      await sql`
        update file_uploads set state = 'stored', file_size = 1, sha256 = sha256('x'),
                                uploaded_at = now(), leased_until = null where id = ${id}`;
      return id;
    },
    deleteFile: async (id: string) => {
      await sql`update file_uploads set state = 'deleting', slot = null where id = ${id}`;
    },
    deleteMessages: async (uuid: string) => {
      await sql`delete from messages where session_uuid = ${uuid}`;
    },
    archive: async (uuid: string) => {
      await sql`update user_sessions set archived_at = now() where uuid = ${uuid}`;
    },
    end: async (uuid: string, state: string) => {
      await sql`update visits set state = ${state} where uuid = ${uuid}`;
    },
  };
};

const readLead = async (sql: Sql, uuid: string) => {
  const [row] = await sql`
    select state, status, view, locale, has_files as files from leads where session_uuid = ${uuid}`;
  return row;
};

t.test('an older server that still runs writes the rows of leads', async (t) => {
  const {url} = await createMigratedDatabase(t);
  const sql = connect(t, url);
  await sql`insert into sites (key, name) values ('demo', 'Demo')`;
  const old = createOldServer(sql);
  const age = (uuid: string) => sql`
    update leads set status = 'done', done_at = now(), last_activity_at = now() - interval '1 hour'
    where session_uuid = ${uuid}`;
  const isActive = async (uuid: string) =>
    (
      await sql`
        select from leads where session_uuid = ${uuid} and status = 'open'
          and last_activity_at > now() - interval '1 hour'`
    ).length > 0;

  const asking = await old.addVisit();
  await old.write(asking, 'maria');
  t.equal(await readLead(sql, asking), undefined, 'a greeting makes no lead');
  await old.write(asking);
  t.match(await readLead(sql, asking), {state: 'visit', view: 'open', files: false});
  await age(asking);
  await old.write(asking, 'maria');
  t.notOk(await isActive(asking), 'a reply is no action of the visitor');
  const file = await old.upload(asking);
  t.ok(await isActive(asking));
  t.match(await readLead(sql, asking), {files: true});
  await old.deleteFile(file);
  t.match(await readLead(sql, asking), {files: false});
  await old.deleteMessages(asking);
  t.equal(await readLead(sql, asking), undefined, 'the consent to storing was withdrawn');

  const leaving = await old.addSession();
  t.match(await readLead(sql, leaving), {state: 'pending', view: 'unconfirmed', locale: 'de-at'});
  await age(leaving);
  await old.confirm(leaving);
  t.match(await readLead(sql, leaving), {state: 'complete', view: 'open'});
  t.ok(await isActive(leaving));
  await sql`update user_sessions set locale = 'fr' where uuid = ${leaving}`;
  t.match(await readLead(sql, leaving), {locale: 'fr'});
  await old.deleteMessages(leaving);
  await old.end(leaving, 'erased');
  t.equal(await readLead(sql, leaving), undefined, 'erased');

  const archived = await old.addSession();
  await old.archive(archived);
  t.equal(await readLead(sql, archived), undefined, 'archived');
});

t.test('leads that an older server has left out are filled once', async (t) => {
  const {url} = await createMigratedDatabase(t);
  const sql = connect(t, url);
  await sql`insert into sites (key, name) values ('demo', 'Demo')`;
  const old = createOldServer(sql);
  const erased = await old.addSession();
  const known = await old.addSession();
  await undoTriggers(sql);
  await old.end(erased, 'erased');
  await old.confirm(known);
  const recent = await old.addVisit();
  await old.write(recent);
  const early = await old.addSession({created_at: new Date('2026-01-01')});
  await sql`update visits set last_seen_at = '2026-01-01' where uuid = ${early}`;

  await migrate(url);

  const rows = await sql<{uuid: string; state: string}[]>`
    select session_uuid as uuid, state from leads order by state, last_activity_at`;
  t.same(
    rows.map(({uuid, state}) => [uuid, state]),
    [
      [known, 'complete'],
      [early, 'pending'],
      [recent, 'visit'],
    ],
  );
  const [row] = await sql<{at: Date}[]>`
    select last_activity_at as at from leads where session_uuid = ${early}`;
  t.same(row?.at, new Date('2026-01-01'));
});

/** Brings the schema back to the version before leads. */
const undoMigrations = async (sql: Sql): Promise<void> => {
  await undoTriggers(sql);
  await sql`drop table leads, lead_exports, known_wordings, site_origins`;
  await sql`
    drop index user_sessions_search, file_uploads_search, audit_logs_site_accounts,
               audit_logs_account`;
  await sql`delete from schema_migrations where version in (15, 16)`;
};

/** Brings the schema back to the version in which servers wrote the rows of leads. */
const undoTriggers = async (sql: Sql): Promise<void> => {
  await sql`
    drop function record_lead, record_lead_file, record_lead_locale, delete_lead,
                  delete_lead_without_messages cascade`;
  await sql`delete from schema_migrations where version = 17`;
};

t.test('sessions of an earlier version become leads', async (t) => {
  const {url} = await createMigratedDatabase(t);
  const sql = connect(t, url);
  await undoMigrations(sql);
  await sql`insert into sites (key, name) values ('demo', 'Demo')`;
  const old = createOldServer(sql);
  const {addVisit} = old;
  const addSession = (values: object = {}) =>
    old.addSession({created_at: new Date('2026-01-01'), ...values});
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
  const migrating = migrate(url, {tableLockWait: '0'});

  const listLocks = () => sql<{name: string; granted: boolean; mode: string}[]>`
    select relation::regclass::text as name, granted, mode from pg_locks
    where relation in ('visits'::regclass, 'file_uploads'::regclass)`;
  await until(async () =>
    (await listLocks()).some(({name, granted}) => name === 'file_uploads' && !granted),
  );
  const locks = await listLocks();
  t.notOk(
    locks.some(({name, mode}) => name === 'visits' && mode === 'ShareRowExclusiveLock'),
    JSON.stringify(locks),
  );
  await held`rollback`;
  held.release();
  await migrating;
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

  const refused = await migrate(url, {tableLockWait: '1ms'}).catch((error: unknown) => error);
  t.ok(isLockTimeout(refused));

  await held`rollback`;
  held.release();
  await migrate(url);
});

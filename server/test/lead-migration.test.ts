import {randomUUID} from 'node:crypto';

import t from 'tap';

import {migrate} from '../database/migrate.js';
import {toRefusal} from '../database/refusal.js';
import {connect} from './migrated-database.js';
import {createMigratedDatabase, createTestDatabase} from './test-database.js';

t.test('sessions of an earlier version become leads', async (t) => {
  const {url} = await createMigratedDatabase(t);
  const sql = connect(t, url);
  await sql`drop view due_leads`;
  await sql`drop table leads, lead_exports`;
  await sql`drop index user_sessions_search, file_uploads_search`;
  await sql`delete from schema_migrations where version = 15`;
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

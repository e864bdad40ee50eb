import {createHash, randomUUID} from 'node:crypto';
import {readFile} from 'node:fs/promises';
import path from 'node:path';
import {fileURLToPath} from 'node:url';

import postgres from 'postgres';
import t from 'tap';
import type {Test} from 'tap';

import {migrate} from '../database/migrate.js';
import {createMigratedDatabase, createTestDatabase} from './test-database.js';

const open = (t: Test, url: string) => {
  const sql = postgres(url, {max: 2, onnotice: () => undefined});
  t.teardown(() => sql.end());
  return sql;
};

const migrated = async (t: Test) => open(t, (await createMigratedDatabase(t)).url);

const MIGRATIONS = fileURLToPath(new URL('../../../migrations/', import.meta.url));

/** As an earlier version of the server has done. */
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

/** Columns, constraints, indexes and triggers, in words. */
const schemaOf = (sql: postgres.Sql) => sql`
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
  await t.test('makes every table of an empty database', async (t) => {
    const {url} = await createTestDatabase(t);

    await migrate(url);

    const tables = await open(t, url)<{name: string}[]>`
      select table_name as name from information_schema.tables where table_schema = 'public'`;
    const names = tables.map(({name}) => name);
    for (const name of [
      'alerts',
      'audit_logs',
      'consents',
      'email_verifications',
      'file_uploads',
      'funnel_daily',
      'jobs',
      'messages',
      'orphan_candidates',
      'sites',
      'user_sessions',
      'visits',
    ]) {
      t.ok(names.includes(name), name);
    }
  });

  await t.test('three at once do it once', async (t) => {
    const {url} = await createTestDatabase(t);

    await Promise.all([migrate(url), migrate(url), migrate(url)]);

    const sql = open(t, url);
    const rows = await sql`select version, count(*)::int from schema_migrations group by 1`;
    t.ok(rows.length > 0);
    t.ok(rows.every((row) => row['count'] === 1));
  });

  await t.test('a second time changes nothing', async (t) => {
    const {url} = await createTestDatabase(t);
    await migrate(url);
    const sql = open(t, url);
    const before = [...(await schemaOf(sql))];
    const applied = [...(await sql`select * from schema_migrations`)];

    await migrate(url);

    t.same([...(await schemaOf(sql))], before);
    t.same([...(await sql`select * from schema_migrations`)], applied);
  });

  await t.test('one that landed after a later number is made up for', async (t) => {
    const {url} = await createTestDatabase(t);
    await migrate(url);
    const sql = open(t, url);
    const before = [...(await schemaOf(sql))];
    await sql`alter table sites drop column removed_at`;
    await sql`delete from schema_migrations where version = 2`;

    await migrate(url);

    t.same([...(await schemaOf(sql))], before);
    t.equal((await sql`select from schema_migrations where version = 2`).length, 1);
  });

  await t.test('what waits for a table lets go again, and has its turn later', async (t) => {
    const {url} = await createTestDatabase(t);
    const sql = open(t, url);
    for (const name of ['0001_schema.sql', '0002_removed_sites.sql']) await apply(sql, name);
    const before = [...(await schemaOf(sql))];

    await sql.begin(async (dump) => {
      await dump`lock table file_uploads in access share mode`;
      await t.rejects(migrate(url), {code: '55P03'});
    });

    t.same([...(await schemaOf(sql))], before);
    await migrate(url);
    t.notSame([...(await schemaOf(sql))], before);
  });

  await t.test('an edited migration is refused by name', async (t) => {
    const {url} = await createTestDatabase(t);
    await migrate(url);
    await open(t, url)`
      update schema_migrations set checksum = 'other' where version = 1`;

    await t.rejects(migrate(url), {message: /0001_schema\.sql differs/});
  });

  await t.test('a newer database is refused, and left as it is', async (t) => {
    const {url} = await createTestDatabase(t);
    await migrate(url);
    const sql = open(t, url);
    await sql`
      insert into schema_migrations (version, name, checksum) values (9999, '9999_later.sql', 'x')`;
    const before = [...(await schemaOf(sql))];

    await t.rejects(migrate(url), {message: /9999_later\.sql.*newer version/});

    t.same([...(await schemaOf(sql))], before);
  });

  await t.test('a failure half-way leaves nothing', async (t) => {
    const {url} = await createTestDatabase(t);
    const sql = open(t, url);
    await sql`create table audit_logs (id int)`;

    await t.rejects(migrate(url));

    const tables = await sql`
      select table_name from information_schema.tables where table_schema = 'public'`;
    t.same([...tables], [{table_name: 'audit_logs'}]);
  });
});

void t.test('the audit trail', async (t) => {
  const sql = await migrated(t);
  await sql`
    insert into audit_logs (event_type, ip_address, metadata)
    values ('uuid_generated', '203.0.113.1', '{"a": 1}')`;
  const [partition] = await sql<{name: string}[]>`
    select tableoid::regclass::text as name from audit_logs limit 1`;

  for (const table of ['audit_logs', partition?.name ?? '']) {
    const what = table === 'audit_logs' ? 'the table' : 'its partition';
    for (const [change, statement] of [
      ['an UPDATE', `update ${table} set event_type = 'other'`],
      ['an UPDATE of metadata', `update ${table} set metadata = '{}'`],
      ['an UPDATE of the time', `update ${table} set timestamp = timestamp + interval '1 ms'`],
      ['another address', `update ${table} set ip_address = '203.0.113.2'`],
      [
        'a change beside forgetting the address',
        `update ${table} set ip_address = null, user_uuid = gen_random_uuid()`,
      ],
      ['a DELETE', `delete from ${table}`],
      ['a TRUNCATE', `truncate ${table}`],
    ] as const) {
      await t.test(`${what} refuses ${change}`, async (t) => {
        await t.rejects(sql.unsafe(statement), {message: /append-only/});

        t.match(await sql`select event_type, host(ip_address) as ip, metadata from audit_logs`, [
          {event_type: 'uuid_generated', ip: '203.0.113.1', metadata: {a: 1}},
        ]);
      });
    }
  }

  await t.test('lets an address be forgotten, and nothing be put in its place', async (t) => {
    await sql`update audit_logs set ip_address = null`;

    t.match(await sql`select event_type, ip_address, metadata from audit_logs`, [
      {event_type: 'uuid_generated', ip_address: null, metadata: {a: 1}},
    ]);
    await t.rejects(sql`update audit_logs set ip_address = '203.0.113.1'`, {
      message: /append-only/,
    });
  });

  await t.test('refuses the same in a partition made later', async (t) => {
    await sql`select make_audit_partitions(6)`;
    const names = await sql<{name: string}[]>`
      select relid::regclass::text as name from pg_partition_tree('audit_logs') where isleaf`;
    t.equal(names.length, 7);
    for (const {name} of names) {
      await t.rejects(sql.unsafe(`truncate ${name}`), {message: /append-only/}, name);
    }
  });

  await t.test('keeps at least 30 days, whatever it is told', async (t) => {
    const addMonth = async (monthsAgo: number) => {
      const [row] = await sql<{name: string; from: string; to: string}[]>`
        select 'audit_logs_' || to_char(m, 'YYYY_MM') as name, m::date::text as from,
               (m + interval '1 month')::date::text as to
        from date_trunc('month', now() at time zone 'utc'
                        - ${`${monthsAgo} months`}::interval) as m`;
      await sql.unsafe(
        `create table if not exists ${row?.name ?? ''} partition of audit_logs
         for values from ('${row?.from ?? ''}Z') to ('${row?.to ?? ''}Z')`,
      );
      return row?.name ?? '';
    };
    const [old, older, last] = [await addMonth(3), await addMonth(14), await addMonth(1)];
    await sql.unsafe(
      `insert into audit_logs (timestamp, event_type) values
       (now() - interval '30 days', 'kept'), (now(), 'kept')`,
    );
    const dropped = async (days: number) =>
      (await sql<{name: string}[]>`select drop_audit_partitions(${days}) as name`).map(
        ({name}) => name,
      );

    t.same(await dropped(365), [older]);
    t.same(await dropped(0), [old]);
    t.same(await dropped(-1_000), []);

    t.equal((await sql`select from audit_logs where event_type = 'kept'`).length, 2);
    t.ok((await sql`select to_regclass(${last}) as name`)[0]?.['name']);
  });
});

void t.test('consents are append-only', async (t) => {
  const sql = await migrated(t);
  const uuid = await addVisit(sql);
  await sql`
    insert into consents (session_uuid, purpose, decision, wording, wording_sha256, locale)
    values (${uuid}, 'personal_data', 'granted', 'May we?', sha256('May we?'), 'en')`;

  await t.test('no UPDATE, no DELETE', async (t) => {
    await t.rejects(sql`update consents set decision = 'refused'`, {message: /append-only/});
    await t.rejects(sql`delete from consents`, {message: /append-only/});
    await t.rejects(sql`truncate consents`, {message: /append-only/});
    for (const state of ['session', 'gone', 'erased']) {
      await sql`update visits set state = ${state}`;
      await t.rejects(sql`delete from consents`, {message: /append-only/}, state);
    }
    t.equal((await sql`select from consents where decision = 'granted'`).length, 1);
  });

  await t.test('a hash that is not the wording’s is refused', async (t) => {
    await t.rejects(
      sql`
        insert into consents (session_uuid, purpose, decision, wording, wording_sha256, locale)
        values (${uuid}, 'personal_data', 'granted', 'May we?', sha256('May we'), 'en')`,
      {code: '23514'},
    );
  });

  await t.test('they go with an abandoned visit', async (t) => {
    await sql`update visits set state = 'purging'`;
    await sql`delete from consents`;
    t.equal((await sql`select from consents`).length, 0);
  });
});

void t.test('rules that the database itself keeps', async (t) => {
  const sql = await migrated(t);
  const refuses = async (
    t: Test,
    what: string,
    code: string,
    statement: (uuid: string) => postgres.PendingQuery<postgres.Row[]>,
  ) => {
    await t.test(what, async (t) => {
      const uuid = await addVisit(sql);
      await t.rejects(statement(uuid).execute(), {code});
    });
  };
  const CHECK = '23514';
  const UNIQUE = '23505';
  const FOREIGN = '23503';
  const hash = createHash('sha256').update('x').digest();

  const addFile = (uuid: string, values: object) =>
    sql`insert into file_uploads ${sql({
      id: randomUUID(),
      session_uuid: uuid,
      file_name: 'a.pdf',
      s3_key: `uploads/${randomUUID()}`,
      slot: 1,
      leased_until: new Date(),
      ...values,
    })}`;
  const stored = {
    state: 'stored',
    file_size: 5,
    sha256: hash,
    uploaded_at: new Date(),
    leased_until: null,
  };

  await t.test('a stored file with all that belongs to it is taken', async (t) => {
    const uuid = await addVisit(sql);
    for (const slot of [1, 2, 3]) await addFile(uuid, {...stored, slot});
    t.equal((await sql`select from file_uploads where session_uuid = ${uuid}`).length, 3);
    await t.rejects(addFile(uuid, {...stored, slot: 3}).execute(), {code: UNIQUE}, 'no slot twice');
    await sql`
      update file_uploads set state = 'deleting', slot = null
      where session_uuid = ${uuid} and slot = 3`;
    await addFile(uuid, {slot: 3});
    t.pass('a freed slot is taken again');
  });
  for (const missing of ['sha256', 'file_size', 'uploaded_at', 'slot']) {
    await refuses(t, `stored without ${missing}`, CHECK, (uuid) =>
      addFile(uuid, {...stored, [missing]: null}),
    );
  }
  await refuses(t, 'a hash of the wrong length', CHECK, (uuid) =>
    addFile(uuid, {...stored, sha256: hash.subarray(1)}),
  );
  await refuses(t, 'a stored file of no bytes', CHECK, (uuid) =>
    addFile(uuid, {...stored, file_size: 0}),
  );
  await refuses(t, 'an upload without a lease', CHECK, (uuid) =>
    addFile(uuid, {leased_until: null}),
  );
  await refuses(t, 'a deletion without its time', CHECK, (uuid) =>
    addFile(uuid, {state: 'deleting', is_deleted: true}),
  );
  await refuses(t, 'a deleted file that is still stored', CHECK, (uuid) =>
    addFile(uuid, {...stored, is_deleted: true, deleted_at: new Date()}),
  );
  await refuses(t, 'a file of no visit', FOREIGN, () => addFile(randomUUID(), {}));

  const addSession = (uuid: string, values: object = {}) =>
    sql`insert into user_sessions ${sql({
      uuid,
      site_key: 'demo',
      name: 'Anna',
      email: 'anna@example.com',
      consent_personal_data: true,
      ...values,
    })}`;
  await refuses(t, 'a session without consent', CHECK, (uuid) =>
    addSession(uuid, {consent_personal_data: false}),
  );
  await refuses(t, 'a verified session without its time', CHECK, (uuid) =>
    addSession(uuid, {verified: true}),
  );
  await refuses(t, 'a time without verification', CHECK, (uuid) =>
    addSession(uuid, {completed_at: new Date()}),
  );
  await refuses(t, 'a session without an address', CHECK, (uuid) => addSession(uuid, {email: ''}));
  await refuses(t, 'a session without a visit', FOREIGN, () => addSession(randomUUID()));
  await t.test('a second session of one UUID', async (t) => {
    const uuid = await addVisit(sql);
    await addSession(uuid);
    await t.rejects(addSession(uuid).execute(), {code: UNIQUE});
  });

  const addLink = (uuid: string, values: object = {}) =>
    sql`insert into email_verifications ${sql({
      id: randomUUID(),
      key_id: 'k',
      session_uuid: uuid,
      address: 'anna@example.com',
      expires_at: new Date(),
      ...values,
    })}`;
  await t.test('a second open link, though any number of used and void ones', async (t) => {
    const uuid = await addVisit(sql);
    await addLink(uuid);
    await addLink(uuid, {used_at: new Date()});
    await addLink(uuid, {voided_at: new Date()});
    await t.rejects(addLink(uuid).execute(), {code: UNIQUE});
  });
  await refuses(t, 'a link both used and void', CHECK, (uuid) =>
    addLink(uuid, {used_at: new Date(), voided_at: new Date()}),
  );

  await refuses(
    t,
    'a visit of an unknown state',
    CHECK,
    (uuid) => sql`update visits set state = 'lost' where uuid = ${uuid}`,
  );
  await refuses(
    t,
    'a visit whose token’s hash is none',
    CHECK,
    (uuid) => sql`update visits set token_hash = 'abc' where uuid = ${uuid}`,
  );
  await refuses(
    t,
    'a second message of one client id',
    UNIQUE,
    (uuid) => sql`
      insert into messages (session_uuid, client_id, role, body)
      values (${uuid}, 'c', 'visitor', 'a'), (${uuid}, 'c', 'visitor', 'b')`,
  );
});

void t.test('a look-up by UUID is one index read', async (t) => {
  const sql = await migrated(t);
  const uuid = await addVisit(sql);
  await sql`set enable_seqscan = off`;

  for (const table of ['visits', 'user_sessions']) {
    const plan = await sql`explain select * from ${sql(table)} where uuid = ${uuid}`;
    t.match(plan[0]?.['QUERY PLAN'], /^Index Scan using/, table);
  }
});

const addVisit = async (sql: postgres.Sql): Promise<string> => {
  const uuid = randomUUID();
  await sql`insert into sites (key, name) values ('demo', 'Demo') on conflict do nothing`;
  await sql`
    insert into visits (uuid, site_key, token_hash) values (${uuid}, 'demo', sha256('x'))`;
  return uuid;
};

import t from 'tap';

import {addVisit, openMigratedDatabase} from './migrated-database.js';

void t.test('the audit trail', async (t) => {
  const sql = await openMigratedDatabase(t);
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

  await t.test('allows the deletion of IP addresses, but no replacement', async (t) => {
    await sql`update audit_logs set ip_address = null`;

    t.match(await sql`select event_type, ip_address, metadata from audit_logs`, [
      {event_type: 'uuid_generated', ip_address: null, metadata: {a: 1}},
    ]);
    await t.rejects(sql`update audit_logs set ip_address = '203.0.113.1'`, {
      message: /append-only/,
    });
  });

  await t.test('refuses the same changes in a partition that is created later', async (t) => {
    await sql`select make_audit_partitions(6)`;
    const names = await sql<{name: string}[]>`
      select relid::regclass::text as name from pg_partition_tree('audit_logs') where isleaf`;
    t.equal(names.length, 7);
    for (const {name} of names) {
      await t.rejects(sql.unsafe(`truncate ${name}`), {message: /append-only/}, name);
    }
  });

  await t.test('keeps at least 30 days, whatever the setting', async (t) => {
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
  const sql = await openMigratedDatabase(t);
  const uuid = await addVisit(sql);
  await sql`
    insert into consents (session_uuid, purpose, decision, wording, wording_sha256, locale)
    values (${uuid}, 'personal_data', 'granted', 'May we?', sha256('May we?'), 'en')`;

  await t.test('refuse UPDATE and DELETE', async (t) => {
    await t.rejects(sql`update consents set decision = 'refused'`, {message: /append-only/});
    await t.rejects(sql`delete from consents`, {message: /append-only/});
    await t.rejects(sql`truncate consents`, {message: /append-only/});
    for (const state of ['session', 'gone', 'erased']) {
      await sql`update visits set state = ${state}`;
      await t.rejects(sql`delete from consents`, {message: /append-only/}, state);
    }
    t.equal((await sql`select from consents where decision = 'granted'`).length, 1);
  });

  await t.test('refuse a hash that does not match the wording', async (t) => {
    await t.rejects(
      sql`
        insert into consents (session_uuid, purpose, decision, wording, wording_sha256, locale)
        values (${uuid}, 'personal_data', 'granted', 'May we?', sha256('May we'), 'en')`,
      {code: '23514'},
    );
  });

  await t.test('are deleted with an abandoned visit', async (t) => {
    await sql`update visits set state = 'purging'`;
    await sql`delete from consents`;
    t.equal((await sql`select from consents`).length, 0);
  });
});

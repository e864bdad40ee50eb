import {setTimeout as sleep} from 'node:timers/promises';

import postgres from 'postgres';
import t from 'tap';
import type {Test} from 'tap';

import {auditCommand} from '../audit/command.js';
import {chainTrail, settle} from '../audit/chain.js';
import {TrailKeeper} from '../audit/trail-keeper.js';
import {verifyMonth, verifyTrail} from '../audit/verify.js';
import {connectDatabase} from '../database/connect.js';
import type {Sql} from '../database/connect.js';
import {runCommand, runMaria} from './run-command.js';
import {startServer} from './start-server.js';
import {createMigratedDatabase} from './test-database.js';
import {until} from './until.js';
import {Visitor} from './visitor.js';

/** A transaction of any database of the server holds back what is settled, while it runs. */
const OTHERS_MS = 60_000;

const open = async (t: Test): Promise<{sql: Sql; url: string}> => {
  const {url} = await createMigratedDatabase(t);
  const sql = connectDatabase({url, max: 8, silenceMs: 30_000});
  t.teardown(() => sql.end());
  return {sql, url};
};

const thisMonth = () => new Date().toISOString().slice(0, 7);

const addRows = (sql: Sql | postgres.TransactionSql, count: number, event = 'file_download') => sql`
  insert into audit_logs (event_type, user_uuid, site_key, ip_address, metadata)
  select ${event}, gen_random_uuid(), 'demo', '203.0.113.7',
         jsonb_build_object('n', n, 'ключ', 'ü "x"', '10', true, 'a', null, 'list', '["b", 1.50]'::jsonb)
  from generate_series(1, ${count}::int) n`;

/** As somebody does who owns the database, past the triggers. */
const tamper = async (sql: Sql, statement: string) =>
  sql.begin(async (tx) => {
    await tx`set local session_replication_role = replica`;
    await tx.unsafe(statement);
  });

const chained = async (sql: Sql) =>
  (
    await sql<{seq: string; id: string}[]>`
      select seq, audit_id as id from audit_chain order by month, seq`
  ).map(({seq, id}) => [Number(seq), Number(id)]);

t.test('every row is chained once, in batches, whatever its text', async (t) => {
  const {sql} = await open(t);
  await addRows(sql, 250);

  t.equal(await chainTrail(sql, {batchRows: 100}), 250);
  t.equal(await chainTrail(sql, {batchRows: 100}), 0);
  await addRows(sql, 1);
  t.equal(await chainTrail(sql, {batchRows: 100}), 1);

  const entries = await chained(sql);
  t.same(
    entries.map(([seq]) => seq),
    Array.from({length: 251}, (_, i) => i + 1),
  );
  t.equal(new Set(entries.map(([, id]) => id)).size, 251);
  t.match(await verifyMonth(sql, thisMonth()), {rows: 251, unchained: 0, fault: undefined});
});

t.test('four hands at once chain every row once', async (t) => {
  const {sql} = await open(t);
  const writing = Promise.all(
    Array.from({length: 20}, async () => {
      for (let i = 0; i < 10; i++) await addRows(sql, 3);
    }),
  );
  const chaining = Array.from({length: 4}, async () => {
    for (let i = 0; i < 10; i++) {
      await chainTrail(sql, {batchRows: 7});
      await sleep(5);
    }
  });
  await Promise.all([writing, ...chaining]);
  await chainTrail(sql, {batchRows: 50});

  t.equal((await chained(sql)).length, 600);
  t.match(await verifyMonth(sql, thisMonth()), {rows: 600, unchained: 0, fault: undefined});
});

t.test('an address that is forgotten breaks nothing', async (t) => {
  const {sql} = await open(t);
  await addRows(sql, 5);
  await chainTrail(sql);

  await sql`update audit_logs set ip_address = null`;

  t.match(await verifyMonth(sql, thisMonth()), {rows: 5, fault: undefined});
});

/** Two rows that nobody sees before `commit`. */
const addRowsUncommitted = async (t: Test, url: string) => {
  const slow = postgres(url, {max: 1});
  t.teardown(() => slow.end());
  let commit: () => void = () => undefined;
  const mayCommit = new Promise<void>((resolve) => (commit = resolve));
  let begun: () => void = () => undefined;
  const hasBegun = new Promise<void>((resolve) => (begun = resolve));
  const late = slow.begin(async (tx) => {
    await addRows(tx, 2, 'session_reset');
    begun();
    await mayCommit;
  });
  await hasBegun;
  return {late, commit};
};

t.test('a row that becomes visible after younger ones is chained all the same', async (t) => {
  const {sql, url} = await open(t);
  const {late, commit} = await addRowsUncommitted(t, url);

  // As many turns as it would take to settle, were it not for the transaction that runs.
  for (let i = 0; i < 8; i++) {
    await addRows(sql, 10);
    await chainTrail(sql);
  }
  t.equal((await chained(sql)).length, 80);
  commit();
  await late;
  t.match(await verifyMonth(sql, thisMonth()), {rows: 82, unchained: 2, fault: undefined});
  await chainTrail(sql);

  const ids = (await chained(sql)).map(([, id]) => id ?? 0);
  t.equal(ids.length, 82);
  t.ok((ids.at(-1) ?? 0) < (ids[0] ?? 0), 'an older id at the end');
  t.match(await verifyMonth(sql, thisMonth()), {rows: 82, unchained: 0, fault: undefined});
});

t.test(
  'a transaction that is rolled back leaves a hole in the ids and none in the chain',
  async (t) => {
    const {sql} = await open(t);
    await addRows(sql, 2);
    await t.rejects(
      sql.begin(async (tx) => {
        await addRows(tx, 3);
        throw new Error('no');
      }),
    );
    await addRows(sql, 2);
    await chainTrail(sql);
    t.same(
      (await chained(sql)).map(([seq]) => seq),
      [1, 2, 3, 4],
    );
    t.match(await verifyMonth(sql, thisMonth()), {rows: 4, fault: undefined});
  },
);

t.test('what is settled is not looked at again', async (t) => {
  const {sql} = await open(t);
  await until(async () => {
    await addRows(sql, 3);
    await chainTrail(sql);
    const [task] = await sql<{progress: {settled: string}}[]>`
      select progress from tasks where name = 'audit_chain'`;
    return Number(task?.progress.settled) >= 3;
  }, OTHERS_MS);

  t.same(
    settle(
      {settled: '5', candidate: {id: '9', xmax: '100'}},
      {lastId: '20', xmin: '99', xmax: '120'},
    ),
    {settled: '5', candidate: {id: '9', xmax: '100'}},
    'not while a transaction of that time runs',
  );
  t.same(
    settle(
      {settled: '5', candidate: {id: '9', xmax: '900'}},
      {lastId: '20', xmin: '9', xmax: '10'},
    ),
    {settled: '5', candidate: {id: '20'}},
    'anew in a database whose numbers begin anew',
  );
});

t.test('a pass that is cut off is gone on with, and misses nothing that comes late', async (t) => {
  const {sql, url} = await open(t);
  const {late, commit} = await addRowsUncommitted(t, url);
  await addRows(sql, 250);
  const cutOff = async () => {
    await chainTrail(sql, {batchRows: 100, signal: AbortSignal.abort()});
    const [task] = await sql<{progress: {settled: string}}[]>`
      select progress from tasks where name = 'audit_chain'`;
    return [task?.progress.settled, (await chained(sql)).length];
  };

  t.same(await cutOff(), ['0', 100]);
  t.same(await cutOff(), ['0', 100]);
  t.same(await cutOff(), ['0', 100], 'not while a transaction of that time runs');
  commit();
  await late;

  for (const [settled, rows] of [
    ['100', 102],
    ['200', 200],
    ['252', 252],
  ] as const) {
    let found: Awaited<ReturnType<typeof cutOff>> = [];
    await until(async () => (found = await cutOff())[0] === settled, OTHERS_MS);
    t.same(found, [settled, rows]);
  }
});

t.test('tampering is found', async (t) => {
  const middle = '(select id from audit_logs order by id offset 50 limit 1)';
  for (const [what, statement, fault] of [
    [
      'a changed event',
      `update audit_logs set event_type = 'x' where id = ${middle}`,
      /row 51 is not what/,
    ],
    [
      'a changed number deep in metadata',
      `update audit_logs set metadata = jsonb_set(metadata, '{list,1}', '2') where id = ${middle}`,
      /row 51 is not what/,
    ],
    [
      'a time moved by a microsecond',
      `update audit_logs set timestamp = timestamp - interval '1 microsecond' where id = ${middle}`,
      /row 51 is not what/,
    ],
    [
      'another visitor',
      `update audit_logs set user_uuid = gen_random_uuid() where id = ${middle}`,
      /row 51 is not what/,
    ],
    ['a deleted row', `delete from audit_logs where id = ${middle}`, /row 51 is missing/],
    [
      'a row deleted with its entry',
      `with gone as (delete from audit_logs where id = ${middle} returning id)
       delete from audit_chain where audit_id in (select id from gone)`,
      /no entry 51/,
    ],
    [
      'two rows that changed places',
      `update audit_chain set audit_id = -1 where audit_id = 51;
       update audit_chain set audit_id = 51 where audit_id = 52;
       update audit_chain set audit_id = 52 where audit_id = -1`,
      /row 52 is not what/,
    ],
    [
      'a row put in behind, under a free number',
      `insert into audit_logs (id, timestamp, event_type) overriding system value
       values (-5, now(), 'contact_given')`,
      /row -5 is not in the chain/,
    ],
    [
      'a row put in behind, an hour back',
      `insert into audit_logs (timestamp, event_type) values (now() - interval '1 hour', 'contact_given')`,
      /older than a row before it/,
    ],
    [
      'a row put into a month that is over',
      `select make_audit_month('2026-01-01');
       insert into audit_logs (timestamp, event_type) values ('2026-01-31T23:59:00Z', 'contact_given')`,
      /came after rows of the next month/,
    ],
  ] as const) {
    await t.test(what, async (t) => {
      const {sql} = await open(t);
      await addRows(sql, 100);
      await chainTrail(sql);
      for (let i = 0; i < 3; i++) await chainTrail(sql);

      await tamper(sql, statement);

      const faults: string[] = [];
      for await (const {fault} of verifyTrail(sql)) if (fault !== undefined) faults.push(fault);
      t.equal(faults.length, 1);
      t.match(faults[0], fault);
      await chainTrail(sql);
      const after: string[] = [];
      for await (const {fault} of verifyTrail(sql)) if (fault !== undefined) after.push(fault);
      t.equal(after.length, 1, 'and the next turn does not heal it');
    });
  }
});

t.test('the chain itself takes no change', async (t) => {
  const {sql} = await open(t);
  await addRows(sql, 2);
  await chainTrail(sql);
  const leaf = `audit_chain_${thisMonth().replace('-', '_')}`;
  for (const table of ['audit_chain', leaf]) {
    for (const statement of [
      `update ${table} set hash = sha256('x')`,
      `delete from ${table}`,
      `truncate ${table}`,
    ]) {
      await t.rejects(sql.unsafe(statement), {message: /append-only/}, statement);
    }
  }
  t.equal((await chained(sql)).length, 2);
});

t.test(
  'the keeper chains by itself, tells the last hash, and is told when it cannot',
  async (t) => {
    const server = await startServer(t);
    await Visitor.consenting(server.url);
    const parts = {sql: server.sql, config: server.config, log: server.app.log};
    const keeper = new TrailKeeper(parts, 20);
    t.teardown(() => keeper.stop());

    keeper.start();
    const told = () =>
      server.logged.find((line) => line['audit_chain'])?.['audit_chain'] as
        {hash: string} | undefined;
    await until(() => told() !== undefined);
    const {head} = await verifyMonth(server.sql, thisMonth());
    t.equal(told()?.hash, head);

    await server.sql`alter table audit_chain rename to audit_chain_away`;
    await until(
      async () => (await server.sql`select from alerts where cause = 'audit_trail'`).length === 1,
    );
    await keeper.stop();
    await server.sql`alter table audit_chain_away rename to audit_chain`;
  },
);

t.test('maria audit verify tells the first broken row, and fails', async (t) => {
  const server = await startServer(t);
  await Visitor.consenting(server.url);
  await chainTrail(server.sql);

  const whole = await runCommand(server, auditCommand, 'verify');
  t.match(whole, new RegExp(`${thisMonth()}: whole, \\d+ rows; last hash [0-9a-f]{64}`));
  t.match(whole, /\d+ rows in \d+ months checked\.$/);
  const one = await runCommand(server, auditCommand, 'verify', '--month', thisMonth());
  t.match(one, /in 1 month checked/);

  await tamper(
    server.sql,
    `update audit_logs set event_type = 'other' where event_type = 'consent_given'`,
  );
  const env = {DATABASE_URL: server.config.databaseUrl ?? '', DATA_DIR: server.dataDir};
  const {code, stdout, stderr} = await runMaria(env, 'audit', 'verify');
  t.equal(code, 1);
  t.match(stdout, /broken, first here: row \d+ is not what was chained/);
  t.match(stderr, /The trail is broken/);

  await t.rejects(runCommand(server, auditCommand, 'verify', '--month', '2020-01'), {
    message: /no month 2020-01/,
  });
  for (const month of ['2026', '2026-13', 'x']) {
    await t.rejects(runCommand(server, auditCommand, 'verify', '--month', month), {
      message: /--month takes/,
    });
  }
});

import t from 'tap';

import {Expiry} from '../cleanup/expiry.js';
import {kill, startProcessBeside} from './server-process.js';
import {startServer} from './start-server.js';
import type {TestServer} from './start-server.js';
import {until} from './until.js';

/** Adds an expired and a current row to each table, `count` times. */
const fill = async ({sql}: TestServer, count = 1) => {
  const rows = sql`from generate_series(1, ${count}) i`;
  const ages = ['40 days', '1 second'];
  for (const age of ages) {
    await sql`
      insert into audit_logs (timestamp, event_type, ip_address)
      select greatest(now() - ${age}::interval, date_trunc('month', now() at time zone 'utc')),
             'test_row', '203.0.113.5' ${rows}`;
    await sql`
      insert into mail_counts (key, counted_at)
      select sha256('x'), now() - ${age}::interval ${rows}`;
    await sql`
      insert into jobs (kind, state, created_at)
      select 'mail', 'dead', now() - ${age}::interval ${rows}`;
    const later = `${age === ages[0] ? '-' : ''}1 hour`;
    await sql`
      insert into rate_limits (key, hits, resets_at)
      select ${age} || i, 1, now() + ${later}::interval ${rows}`;
    await sql`
      insert into watched (key, times, expires_at)
      select ${age} || i, '{}', now() + ${later}::interval ${rows}`;
    await sql`
      insert into responder_budgets (key, used, resets_at)
      select sha256((${age} || i)::bytea), 1, now() + ${later}::interval ${rows}`;
  }
};

const counted = async ({sql}: TestServer) => {
  const [row] = await sql<Record<string, number>[]>`
    select
      (select count(*)::int from mail_counts where key = sha256('x')) as mail_counts,
      (select count(*)::int from jobs where state = 'dead') as jobs,
      (select count(*)::int from rate_limits where key ~ '^(40 days|1 second)') as rate_limits,
      (select count(*)::int from watched) as watched,
      (select count(*)::int from responder_budgets) as responder_budgets`;
  return row ?? {};
};

const each = (count: number) => ({
  mail_counts: count,
  jobs: count,
  rate_limits: count,
  watched: count,
  responder_budgets: count,
});

const getAddresses = async ({sql}: TestServer): Promise<number> =>
  (await sql`select from audit_logs where event_type = 'test_row' and ip_address is not null`)
    .length;

t.test('expired rows are deleted in batches, and current rows stay', async (t) => {
  const server = await startServer(t, {settings: {AUDIT_IP_DAYS: '0'}});
  await fill(server, 1_100);

  await server.expiry.run();

  t.same(await counted(server), each(1_100));
  t.equal(await getAddresses(server), 0);
});

t.test('expiry does not depend on cleanup', async (t) => {
  await t.test('which can be switched off, or paused after a restored backup', async () => {
    const server = await startServer(t, {settings: {AUDIT_IP_DAYS: '0'}});
    await server.sql`
      insert into tasks (name, progress)
      values ('database', '{"identity": "another", "stamp": 1, "held": true}')`;
    await fill(server);

    const {child} = await startProcessBeside(t, server, {
      AUDIT_IP_DAYS: '0',
      CLEANUP_INTERVAL_MINUTES: '0',
    });

    await until(async () => Object.values(await counted(server)).every((count) => count === 1));
    await until(async () => (await getAddresses(server)) === 0);
    await kill(child);
  });

  await t.test('and a step that fails does not stop the others', async (t) => {
    const server = await startServer(t, {settings: {AUDIT_IP_DAYS: '0'}});
    await fill(server);
    await server.sql`alter table rate_limits rename to renamed`;
    await server.sql`drop table mail_counts`;
    const {app, ...parts} = server;

    await new Expiry({...parts, log: app.log}).run();

    await server.sql`alter table renamed rename to rate_limits`;
    t.equal((await server.sql`select from watched`).length, 1);
    t.equal((await server.sql`select from responder_budgets`).length, 1);
    t.equal((await server.sql`select from jobs where state = 'dead'`).length, 1);
    t.equal(await getAddresses(server), 0);
    const failed = server.logLines.filter(({level}) => level === 50).map(({step}) => step);
    t.same(failed, ['rate_limits', 'mail_counts']);
  });
});

import {randomUUID} from 'node:crypto';

import t from 'tap';
import type {Test} from 'tap';

import {connectDatabase} from '../database/connect.js';
import {Budgets} from '../responders/budgets.js';
import type {Budget, BudgetLimits} from '../responders/budgets.js';
import {createMigratedDatabase} from './test-database.js';

const WIDE: BudgetLimits = {
  perSession: 100,
  perSessionMinute: 100,
  perClientHour: 100,
  perSiteDay: 100,
};

const withLimits = async (t: Test, narrow: Partial<BudgetLimits>) => {
  const sql = connectDatabase({
    url: (await createMigratedDatabase(t)).url,
    max: 4,
    connectSeconds: 20,
  });
  t.teardown(() => sql.end());
  const budgets = new Budgets(Buffer.alloc(32, 1), {...WIDE, ...narrow});
  const first = {
    uuid: randomUUID(),
    client: budgets.hashClient('192.0.2.1'),
    siteKey: 'acme',
    perDay: undefined,
  };
  const take = (other: Partial<typeof first> = {}) => budgets.consume(sql, {...first, ...other});
  return {sql, budgets, take};
};

const NARROW: [Budget, keyof BudgetLimits, string][] = [
  ['session', 'perSession', '400 days'],
  ['minute', 'perSessionMinute', '1 minute'],
  ['client', 'perClientHour', '1 hour'],
  ['day', 'perSiteDay', '1 day'],
];

for (const [budget, limit, window] of NARROW) {
  t.test(`${limit}: the limit is exact, and starts again after ${window}`, async (t) => {
    const {sql, budgets, take} = await withLimits(t, {[limit]: 2});

    t.same([await take(), await take(), await take()], [undefined, undefined, budget]);
    const elsewhere = {
      uuid: randomUUID(),
      client: budgets.hashClient('192.0.2.2'),
      siteKey: 'another',
    };
    t.equal(await take(elsewhere), undefined, 'the budgets of others are unchanged');
    await sql`update responder_budgets set resets_at = resets_at - ${window}::interval + interval '20 s'`;
    t.equal(await take(), budget);
    await sql`update responder_budgets set resets_at = resets_at - interval '20 s'`;

    t.equal(await take(), undefined);
  });
}

t.test('a question that one budget refuses is not counted in the others', async (t) => {
  const {sql, take} = await withLimits(t, {perSiteDay: 1});
  const used = async () =>
    (await sql<{used: number}[]>`select used from responder_budgets`).map((row) => row.used);

  t.equal(await take(), undefined);
  t.equal(await take(), 'day');

  t.same(await used(), [1, 1, 1, 1]);
});

t.test('the counters contain no IP address', async (t) => {
  const {sql, take} = await withLimits(t, {});

  await take();

  const rows = await sql<{key: Uint8Array}[]>`select key from responder_budgets`;
  t.ok(rows.every(({key}) => key.length === 32 && !Buffer.from(key).includes('192.0.2.1')));
});

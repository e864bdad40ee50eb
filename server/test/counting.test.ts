import t from 'tap';

import {OncePerWindow} from '../abuse/once-per-window.js';
import {connectDatabase} from '../database/connect.js';
import {Busy} from '../errors.js';
import {ConcurrencyLimit} from '../http/concurrency-limit.js';
import {LocalCounters, SharedCounters} from '../http/rate-limits.js';
import {createMigratedDatabase} from './test-database.js';

void t.test('OncePerWindow', async (t) => {
  await t.test('allows one call in each window', (t) => {
    let now = 0;
    const seen = new OncePerWindow(100, () => now);
    const firsts: number[] = [];
    for (now = 0; now < 250; now += 10) if (seen.allows('a')) firsts.push(now);

    t.same(firsts, [0, 100, 200]);
    t.end();
  });

  await t.test('forgets the oldest key when there are too many', (t) => {
    const seen = new OncePerWindow(1_000, () => 0);
    for (let i = 0; i < 10_000; i++) seen.allows(`${i}`);
    t.notOk(seen.allows('0'), 'ten thousand are kept');
    seen.allows('one more');
    t.notOk(seen.allows('1'));
    t.ok(seen.allows('0'));
    t.end();
  });
});

void t.test('the gate for uploads', async (t) => {
  const limits = {perSession: 2, perClient: 3, total: 4};

  await t.test('keeps each of its three limits and releases slots', (t) => {
    const gate = new ConcurrencyLimit(limits, 'Too many at once.');
    const leave = gate.acquire('s1', 'a1');
    gate.acquire('s1', 'a1');
    t.throws(() => gate.acquire('s1', 'a1'), Busy, 'a session');
    gate.acquire('s2', 'a1');
    t.throws(() => gate.acquire('s3', 'a1'), Busy, 'an IP address');
    gate.acquire('s4', 'a2');
    t.throws(() => gate.acquire('s5', 'a3'), {code: 'busy', retryAfter: 5}, 'all');
    t.equal(gate.total, 4, 'a refusal uses no slot');

    leave();
    gate.acquire('s1', 'a1');
    t.equal(gate.total, 4);
    t.end();
  });
});

void t.test('counters in the database and in the process agree', async (t) => {
  const {url} = await createMigratedDatabase(t);
  const sql = connectDatabase({url, connectSeconds: 20});
  t.teardown(() => sql.end());
  const hashKey = Buffer.alloc(32, 1);
  const counters = {
    local: new LocalCounters(),
    shared: new SharedCounters(sql, hashKey),
  };

  for (const [name, counter] of Object.entries(counters)) {
    await t.test(`${name}: sequential and concurrent calls count per key`, async (t) => {
      const inTurn = [
        await counter.addHit('a'),
        await counter.addHit('a'),
        await counter.addHit('b'),
      ];
      t.same(
        inTurn.map(({current}) => current),
        [1, 2, 1],
      );
      t.ok(inTurn.every(({ttl}) => ttl > 50_000 && ttl <= 60_000));

      const atOnce = await Promise.all(Array.from({length: 50}, () => counter.addHit('a')));
      t.same(
        atOnce.map(({current}) => current).sort((a, b) => a - b),
        Array.from({length: 50}, (_, i) => i + 3),
      );
    });
  }

  await t.test('two processes share one window', async (t) => {
    const twin = new SharedCounters(sql, hashKey);
    const answers = await Promise.all(
      Array.from({length: 40}, (_, i) => (i % 2 ? twin : counters.shared).addHit('c')),
    );
    t.same(
      answers.map(({current}) => current).sort((a, b) => a - b),
      Array.from({length: 40}, (_, i) => i + 1),
    );
  });

  await t.test('after its end a window starts again', async (t) => {
    await sql`update rate_limits set resets_at = now() - interval '1 ms'`;
    const {current, ttl} = await counters.shared.addHit('a');
    t.equal(current, 1);
    t.ok(ttl > 50_000);
  });
});

import {mock} from 'node:test';
import {setTimeout as sleep} from 'node:timers/promises';

import t from 'tap';
import type {Test} from 'tap';

import {clientNetwork, storedAddress} from '../audit/address.js';
import {FirstOf} from '../audit/first-of.js';
import {connectDatabase} from '../database/connect.js';
import {GroupCommit} from '../database/group-commit.js';
import {Busy} from '../errors.js';
import {Pace} from '../files/pace.js';
import {UploadGate} from '../files/upload-gate.js';
import {LocalCounters, SharedCounters} from '../http/rate-limits.js';
import {createMigratedDatabase} from './test-database.js';

void t.test('an address as it may be stored', (t) => {
  const cases: [string | undefined, string | null, string | null][] = [
    ['203.0.113.77', '203.0.113.77', '203.0.113.0'],
    ['::ffff:203.0.113.77', '203.0.113.77', '203.0.113.0'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2:3:4:5:6', '2001:db8:1::'],
    ['fe80::1%eth0', 'fe80::1', 'fe80::'],
    ['nonsense', null, null],
    ['', null, null],
    [undefined, null, null],
  ];
  for (const [given, full, truncated] of cases) {
    t.equal(storedAddress(given, 'full'), full);
    t.equal(storedAddress(given, 'truncated'), truncated);
    t.equal(storedAddress(given, 'none'), null);
  }
  t.end();
});

void t.test('one client is an IPv4 address or an IPv6 /64', (t) => {
  t.equal(clientNetwork('203.0.113.77'), '203.0.113.77');
  t.equal(clientNetwork('::ffff:203.0.113.77'), '203.0.113.77');
  t.equal(clientNetwork('2001:db8:1:2::1'), clientNetwork('2001:db8:1:2:ffff::1'));
  t.not(clientNetwork('2001:db8:1:2::1'), clientNetwork('2001:db8:1:3::1'));
  t.equal(clientNetwork('nonsense'), 'nonsense');
  t.end();
});

void t.test('the first of a time', async (t) => {
  await t.test('is told once in each window of an unbroken row', (t) => {
    let now = 0;
    const seen = new FirstOf(100, () => now);
    const firsts: number[] = [];
    for (now = 0; now < 250; now += 10) if (seen.isFirst('a')) firsts.push(now);

    t.same(firsts, [0, 100, 200]);
    t.end();
  });

  await t.test('forgets the key longest quiet when there are too many', (t) => {
    const seen = new FirstOf(1_000, () => 0);
    for (let i = 0; i < 10_000; i++) seen.isFirst(`${i}`);
    t.notOk(seen.isFirst('0'), 'ten thousand are kept');
    seen.isFirst('one more');
    t.notOk(seen.isFirst('1'));
    t.ok(seen.isFirst('0'));
    t.end();
  });
});

void t.test('a group commit', async (t) => {
  /** Writes when told to. */
  const held = (options: {maxBatch?: number; maxWaiting?: number; maxInFlight?: number} = {}) => {
    const batches: {items: number[]; done: () => void; fail: (error: Error) => void}[] = [];
    const group = new GroupCommit<number, string>({
      ...options,
      write: (items) =>
        new Promise((resolve, reject) => {
          batches.push({
            items,
            done: () => {
              resolve(items.map((item) => `wrote ${item}`));
            },
            fail: reject,
          });
        }),
    });
    return {group, batches};
  };

  await t.test('answers each its own, in order, when its batch is written', async (t) => {
    const {group, batches} = held({maxInFlight: 1});
    const waits = [1, 2, 3, 4].map((item) => group.add(item));
    t.same(
      batches.map(({items}) => items),
      [[1]],
      'an idle queue writes at once',
    );

    batches[0]?.done();
    t.equal(await waits[0], 'wrote 1');
    await sleep(0);
    t.same(batches[1]?.items, [2, 3, 4], 'the others share the next');
    batches[1]?.done();
    t.same(await Promise.all(waits), ['wrote 1', 'wrote 2', 'wrote 3', 'wrote 4']);
  });

  await t.test('a failure reaches all of its batch and nobody else', async (t) => {
    const {group, batches} = held({maxInFlight: 1});
    const first = group.add(1);
    const others = [2, 3].map((item) => group.add(item));
    batches[0]?.done();
    await first;
    await sleep(0);
    const settled = Promise.allSettled(others);
    const after = group.add(4);

    batches[1]?.fail(new Error('disk full'));

    t.match(await settled, [
      {status: 'rejected', reason: {message: 'disk full'}},
      {status: 'rejected', reason: {message: 'disk full'}},
    ]);
    await sleep(0);
    batches[2]?.done();
    t.equal(await after, 'wrote 4');
  });

  await t.test('refuses beyond its bound, and takes again when there is room', async (t) => {
    const {group, batches} = held({maxInFlight: 1, maxWaiting: 2});
    const taken = [1, 2, 3].map((item) => group.add(item));

    await t.rejects(group.add(4), {code: 'unavailable', statusCode: 503, retryAfter: 1});

    batches[0]?.done();
    await taken[0];
    await sleep(0);
    const later = group.add(5);
    batches[1]?.done();
    await Promise.all(taken);
    await sleep(0);
    batches[2]?.done();
    t.equal(await later, 'wrote 5');
  });

  await t.test('makes no batch larger than its limit', async (t) => {
    const {group, batches} = held({maxInFlight: 1, maxBatch: 2});
    const waits = [1, 2, 3, 4, 5].map((item) => group.add(item));
    for (let i = 0; i < 3; i++) {
      batches[i]?.done();
      await sleep(0);
    }
    await Promise.all(waits);
    t.same(
      batches.map(({items}) => items),
      [[1], [2, 3], [4, 5]],
    );
  });
});

void t.test('pace', async (t) => {
  const ENOUGH_BYTES = 20 * 8 * 1024;
  const STEP_MS = 1_000;

  /** A pace whose clock only moves when it is told to. */
  const paced = (t: Test) => {
    mock.timers.enable({apis: ['setTimeout']});
    let nowMs = 0;
    const reasons: Error[] = [];
    const pace = new Pace(
      (reason) => reasons.push(reason),
      () => nowMs,
    );
    t.teardown(() => {
      pace.stop();
      mock.timers.reset();
    });
    const advance = (ms: number) => {
      for (let left = ms; left > 0; left -= STEP_MS) {
        nowMs += Math.min(left, STEP_MS);
        mock.timers.tick(Math.min(left, STEP_MS));
      }
    };
    /** Waits for bytes; what is answered lets them arrive. */
    const receive = () => {
      let arrive: (bytes: number) => void = () => undefined;
      const arrived = new Promise<number>((resolve) => {
        arrive = resolve;
      });
      const waited = pace.wait(
        () => arrived,
        (bytes) => bytes,
      );
      return async (bytes: number) => {
        arrive(bytes);
        await waited;
      };
    };
    return {pace, reasons, advance, receive};
  };

  await t.test('a client silent for 20 s is too slow, for less it is not', (t) => {
    const {reasons, advance, receive} = paced(t);
    receive();
    advance(19_999);
    t.same(reasons, []);
    advance(1);
    t.match(reasons, [{code: 'too_slow', statusCode: 408}]);
    t.end();
  });

  for (const [bytes, slow] of [
    [ENOUGH_BYTES, false],
    [ENOUGH_BYTES - 1, true],
  ] as const) {
    await t.test(`${bytes} bytes within 20 s are ${slow ? 'too few' : 'enough'}`, async (t) => {
      const {reasons, advance, receive} = paced(t);
      const first = receive();
      advance(10_000);
      await first(bytes);
      receive();
      advance(10_000);
      t.equal(reasons.length, slow ? 1 : 0);
    });
  }

  await t.test('a client that falls silent after a good start is too slow as well', async (t) => {
    const {reasons, advance, receive} = paced(t);
    await receive()(10 * ENOUGH_BYTES);
    receive();
    advance(39_999);
    t.same(reasons, []);
    advance(1);
    t.match(reasons, [{code: 'too_slow', message: /got 0 in/}]);
  });

  await t.test(
    'a wait over the border of two windows counts towards each with its part',
    async (t) => {
      const {reasons, advance, receive} = paced(t);
      await receive()(ENOUGH_BYTES);
      const across = receive();
      advance(25_000);
      await across(ENOUGH_BYTES - 1);
      t.same(reasons, [], 'the second window has 15 s left');
      const last = receive();
      advance(14_000);
      await last(1);
      receive();
      advance(1_000);
      t.same(reasons, []);
    },
  );

  await t.test('the time between waits, which is ours, does not count', async (t) => {
    const {reasons, advance, receive} = paced(t);
    for (let i = 0; i < 5; i++) {
      await receive()(1);
      advance(30_000);
    }
    t.same(reasons, []);
  });

  await t.test('an upload takes 900 s at most', (t) => {
    const {reasons, advance} = paced(t);
    advance(899_999);
    t.same(reasons, []);
    advance(1);
    t.match(reasons, [{code: 'too_slow'}]);
    t.end();
  });

  await t.test('a stopped one says nothing', (t) => {
    const {pace, reasons, advance, receive} = paced(t);
    receive();
    pace.stop();
    advance(1_000_000);
    t.same(reasons, []);
    t.end();
  });
});

void t.test('the gate for uploads', async (t) => {
  const limits = {perSession: 2, perAddress: 3, total: 4};

  await t.test('keeps each of its three limits, and gives places back', (t) => {
    const gate = new UploadGate(limits);
    const leave = gate.enter('s1', 'a1');
    gate.enter('s1', 'a1');
    t.throws(() => gate.enter('s1', 'a1'), Busy, 'a session');
    gate.enter('s2', 'a1');
    t.throws(() => gate.enter('s3', 'a1'), Busy, 'an address');
    gate.enter('s4', 'a2');
    t.throws(() => gate.enter('s5', 'a3'), {code: 'busy', retryAfter: 5}, 'all');
    t.equal(gate.total, 4, 'a refusal takes no place');

    leave();
    gate.enter('s1', 'a1');
    t.equal(gate.total, 4);
    t.end();
  });
});

void t.test('counters in the database and in the process agree', async (t) => {
  const {url} = await createMigratedDatabase(t);
  const sql = connectDatabase({url});
  t.teardown(() => sql.end());
  const hashKey = Buffer.alloc(32, 1);
  const counters = {
    local: new LocalCounters(),
    shared: new SharedCounters(sql, hashKey),
  };

  for (const [name, counter] of Object.entries(counters)) {
    await t.test(`${name}: one by one and all at once, per key`, async (t) => {
      const inTurn = [await counter.count('a'), await counter.count('a'), await counter.count('b')];
      t.same(
        inTurn.map(({current}) => current),
        [1, 2, 1],
      );
      t.ok(inTurn.every(({ttl}) => ttl > 50_000 && ttl <= 60_000));

      const atOnce = await Promise.all(Array.from({length: 50}, () => counter.count('a')));
      t.same(
        atOnce.map(({current}) => current).sort((a, b) => a - b),
        Array.from({length: 50}, (_, i) => i + 3),
      );
    });
  }

  await t.test('two processes share one window', async (t) => {
    const twin = new SharedCounters(sql, hashKey);
    const answers = await Promise.all(
      Array.from({length: 40}, (_, i) => (i % 2 ? twin : counters.shared).count('c')),
    );
    t.same(
      answers.map(({current}) => current).sort((a, b) => a - b),
      Array.from({length: 40}, (_, i) => i + 1),
    );
  });

  await t.test('a window that has ended begins anew', async (t) => {
    await sql`update rate_limits set resets_at = now() - interval '1 ms'`;
    const {current, ttl} = await counters.shared.count('a');
    t.equal(current, 1);
    t.ok(ttl > 50_000);
  });
});

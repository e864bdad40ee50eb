import {mock} from 'node:test';

import t from 'tap';
import type {Test} from 'tap';

import {SlowClientGuard} from '../http/slow-client-guard.js';

void t.test('the guard against slow clients', async (t) => {
  const ENOUGH_BYTES = 20 * 8 * 1024;
  const STEP_MS = 1_000;

  /** Returns a guard with a clock that only the test advances. */
  const paced = (t: Test) => {
    mock.timers.enable({apis: ['setTimeout']});
    let nowMs = 0;
    const reasons: Error[] = [];
    const pace = new SlowClientGuard(
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
    /** Starts to wait for bytes. Returns a function that delivers them. */
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

  await t.test('a client is too slow after 20 s of silence, and not before', (t) => {
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

  await t.test('a client that becomes silent after a good start is too slow', async (t) => {
    const {reasons, advance, receive} = paced(t);
    await receive()(10 * ENOUGH_BYTES);
    receive();
    advance(39_999);
    t.same(reasons, []);
    advance(1);
    t.match(reasons, [{code: 'too_slow', message: /got 0 in/}]);
  });

  await t.test('a wait across two windows counts towards each with its share', async (t) => {
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
  });

  await t.test('the time between waits does not count', async (t) => {
    const {reasons, advance, receive} = paced(t);
    for (let i = 0; i < 5; i++) {
      await receive()(1);
      advance(30_000);
    }
    t.same(reasons, []);
  });

  await t.test('an upload may take 900 s at most', (t) => {
    const {reasons, advance} = paced(t);
    advance(899_999);
    t.same(reasons, []);
    advance(1);
    t.match(reasons, [{code: 'too_slow'}]);
    t.end();
  });

  await t.test('a stopped guard reports nothing', (t) => {
    const {pace, reasons, advance, receive} = paced(t);
    receive();
    pace.stop();
    advance(1_000_000);
    t.same(reasons, []);
    t.end();
  });
});

import {setTimeout as sleep} from 'node:timers/promises';

import t from 'tap';

import {abortAfter, untilAborted, withTimeout} from '../async/timeout.js';

const SHORT_MS = 20;
const LONG_MS = 60_000;

const never = new Promise<string>(() => undefined);
const failLater = async () => {
  await sleep(2 * SHORT_MS);
  throw new Error('late');
};
const countTimers = () =>
  process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;

t.test('work with a time limit', async (t) => {
  await t.test('that ends in time returns its result and leaves no timer', async (t) => {
    const before = countTimers();
    t.equal(await withTimeout(Promise.resolve('done'), LONG_MS, () => 'late'), 'done');
    await t.rejects(
      withTimeout(Promise.reject(new Error('failed')), LONG_MS, () => 'late'),
      {message: 'failed'},
    );
    t.equal(countTimers(), before);
  });

  await t.test('that is late returns or throws what the limit says', async (t) => {
    t.equal(await withTimeout(never, SHORT_MS, () => 'late'), 'late');
    const refuse = () => {
      throw new Error('too late');
    };
    await t.rejects(withTimeout(never, SHORT_MS, refuse), {message: 'too late'});
  });

  await t.test('that fails later causes no unhandled rejection', async (t) => {
    t.equal(await withTimeout(failLater(), SHORT_MS, () => 'late'), 'late');
    await sleep(3 * SHORT_MS);
  });
});

t.test('work until an abort', async (t) => {
  await t.test('returns its result', async (t) => {
    t.equal(await untilAborted(Promise.resolve('done'), new AbortController().signal), 'done');
  });

  await t.test('throws the reason, also of an earlier abort', async (t) => {
    const abort = new AbortController();
    const work = untilAborted(failLater(), abort.signal);
    abort.abort(new Error('ended'));
    await t.rejects(work, {message: 'ended'});
    await t.rejects(untilAborted(failLater(), abort.signal), {message: 'ended'});
    await sleep(3 * SHORT_MS);
  });
});

t.test('a call with a time limit', async (t) => {
  await t.test('is aborted with the reason', async (t) => {
    const call = (signal: AbortSignal) => untilAborted(never, signal);
    await t.rejects(abortAfter(SHORT_MS, new Error('too late'), call), {message: 'too late'});
  });

  await t.test('that ends in time leaves no timer', async (t) => {
    const before = countTimers();
    t.equal(await abortAfter(LONG_MS, new Error('too late'), async () => 'done'), 'done');
    t.equal(countTimers(), before);
  });
});

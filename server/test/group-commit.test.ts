import {setTimeout as sleep} from 'node:timers/promises';

import t from 'tap';

import {GroupCommit} from '../database/group-commit.js';

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

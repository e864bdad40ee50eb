import {setTimeout as sleep} from 'node:timers/promises';

import t from 'tap';

import {connectDatabase} from '../database/connect.js';
import {isStatementTimeout} from '../database/errors.js';
import {StatementBatcher} from '../database/statement-batcher.js';
import {createMigratedDatabase} from './test-database.js';

interface Batch {
  items: number[];
  done: () => void;
  fail: (error: Error) => void;
}

/** Returns a batcher with batches that the test resolves or rejects. */
const held = (options: {maxBatch?: number; maxWaiting?: number; maxInFlight?: number} = {}) => {
  const batches: Batch[] = [];
  const statement = new StatementBatcher<number, string>({
    ...options,
    run: (items) =>
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
  return {statement, batches};
};

/**
 * Waits until the current batch has been sent. A batch is sent at the end of a tick, and a busy
 * machine may fire a timer before that.
 */
const turn = async () => {
  await sleep(1);
  await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
};

const getItems = (batches: Batch[]) => batches.map(({items}) => items);

t.test('calls of one tick share a statement, and each gets its result', async (t) => {
  const {statement, batches} = held({maxInFlight: 1});
  const waits = [1, 2, 3].map((item) => statement.add(item));
  await turn();
  const others = [4, 5].map((item) => statement.add(item));
  await turn();
  t.same(getItems(batches), [[1, 2, 3]], 'the others wait for the first to end');

  batches[0]?.done();
  t.same(await Promise.all(waits), ['wrote 1', 'wrote 2', 'wrote 3']);
  await turn();
  t.same(getItems(batches).slice(1), [[4, 5]]);
  batches[1]?.done();
  t.same(await Promise.all(others), ['wrote 4', 'wrote 5']);
});

t.test('a database that does not respond fails only the whole batch', async (t) => {
  const {statement, batches} = held({maxInFlight: 1});
  const settled = Promise.allSettled([1, 2].map((item) => statement.add(item)));
  await turn();
  const after = statement.add(3);
  const down = Object.assign(new Error('silent'), {code: 'CONNECTION_SILENT'});

  batches[0]?.fail(down);

  t.same(await settled, [
    {status: 'rejected', reason: down},
    {status: 'rejected', reason: down},
  ]);
  await turn();
  t.same(getItems(batches), [[1, 2], [3]], 'a statement that may be committed is not repeated');
  batches[1]?.done();
  t.equal(await after, 'wrote 3');
});

t.test('a call that the database rejects fails without the others', async (t) => {
  const bad = 4;
  const sent: number[][] = [];
  const statement = new StatementBatcher<number, number>({
    run: async (items) => {
      sent.push(items);
      if (items.includes(bad)) throw new Error(`refuses ${bad}`);
      return items;
    },
  });

  const settled = await Promise.allSettled([1, 2, 3, 4, 5].map((item) => statement.add(item)));

  t.same(
    settled.map((item) =>
      item.status === 'fulfilled' ? item.value : (item.reason as Error).message,
    ),
    [1, 2, 3, 'refuses 4', 5],
  );
  t.same(sent, [[1, 2, 3, 4, 5], [1, 2, 3], [4, 5], [4], [5]]);
});

t.test('calls beyond the limit are rejected until there is room again', async (t) => {
  const {statement, batches} = held({maxInFlight: 1, maxWaiting: 2});
  const first = statement.add(1);
  await turn();
  const taken = [2, 3].map((item) => statement.add(item));

  await t.rejects(statement.add(4), {code: 'unavailable', statusCode: 503, retryAfter: 1});

  batches[0]?.done();
  await first;
  await turn();
  const later = statement.add(5);
  batches[1]?.done();
  await Promise.all(taken);
  await turn();
  batches[2]?.done();
  t.equal(await later, 'wrote 5');
});

t.test('no batch exceeds its limit, and neither does the number in progress', async (t) => {
  const {statement, batches} = held({maxInFlight: 2, maxBatch: 2});
  const waits = [1, 2, 3, 4, 5].map((item) => statement.add(item));
  await turn();
  await turn();
  t.same(getItems(batches), [
    [1, 2],
    [3, 4],
  ]);
  for (const {done} of batches) done();
  await turn();
  batches[2]?.done();
  await Promise.all(waits);
  t.same(getItems(batches)[2], [5]);
});

t.test('a slow call does not fail the other calls of a read-only statement', async (t) => {
  const {url} = await createMigratedDatabase(t);
  const sql = connectDatabase({url, connectSeconds: 20});
  t.teardown(() => sql.end({timeout: 1}));
  const run = async (items: number[]) => {
    await sql`select pg_sleep(case when ${items.includes(3)} then 5 else 0 end)`;
    return items;
  };
  const read = new StatementBatcher<number, number>({run, isReadOnly: true});
  const write = new StatementBatcher<number, number>({run});
  const settled = async (statement: StatementBatcher<number, number>) => {
    const all = await Promise.allSettled([1, 2, 3, 4].map((item) => statement.add(item)));
    return all.map((item) =>
      item.status === 'fulfilled' ? item.value : isStatementTimeout(item.reason),
    );
  };

  t.same(await settled(read), [1, 2, true, 4]);
  t.same(await settled(write), [true, true, true, true]);
});

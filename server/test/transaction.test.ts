import t from 'tap';

import {connectDatabase} from '../database/connect.js';
import type {Transaction} from '../database/sql.js';
import {transaction} from '../database/transaction.js';
import {createMigratedDatabase} from './test-database.js';

t.test('functions of a transaction run after its commit', async (t) => {
  const {url} = await createMigratedDatabase(t);
  const sql = connectDatabase({url, max: 2, connectSeconds: 20});
  t.teardown(() => sql.end());
  const runs: string[] = [];
  const register = (tx: Transaction, ...keys: string[]) => {
    for (const key of keys) tx.afterCommit(key, () => runs.push(`${key} ${runs.length}`));
  };

  await t.test('once for each key, in the order of the keys', async (t) => {
    await transaction(sql, async (tx) => {
      register(tx, 'a', 'b', 'a');
      await tx`select 1`;
      t.same(runs, [], 'not before');
    });

    t.same(runs.splice(0), ['a 0', 'b 1']);
  });

  await t.test('and not after a rollback', async (t) => {
    const failing = transaction(sql, async (tx) => {
      register(tx, 'a');
      await tx`select 1 / 0`;
    });

    await t.rejects(failing, {code: '22012'});
    t.same(runs, []);
  });

  await t.test('with the pool of the transaction', async (t) => {
    t.equal(await transaction(sql, async (tx) => tx.pool === sql), true);
  });
});

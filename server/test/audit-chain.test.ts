import {setTimeout as sleep} from 'node:timers/promises';

import postgres from 'postgres';
import t from 'tap';
import type {Test} from 'tap';

import {chainAuditLog, advanceWatermark} from '../audit/chain/chain.js';
import {AuditMaintenance} from '../audit/maintenance.js';
import {verifyMonth} from '../audit/chain/verify.js';
import {RestoreGuard} from '../database/restore-guard.js';
import {addAuditRows, getChainedRows, openAuditDatabase, getCurrentMonth} from './audit-helpers.js';
import {startServer} from './start-server.js';
import {until} from './until.js';
import {Visitor} from './visitor.js';

/**
 * Time limit for the watermark. A transaction in any database of the cluster delays it while it
 * runs.
 */
const OTHERS_MS = 60_000;

t.test('every row is chained once, in batches, whatever its text', async (t) => {
  const {sql} = await openAuditDatabase(t);
  await addAuditRows(sql, 250);

  t.equal(await chainAuditLog(sql, {batchRows: 100}), 250);
  t.equal(await chainAuditLog(sql, {batchRows: 100}), 0);
  await addAuditRows(sql, 1);
  t.equal(await chainAuditLog(sql, {batchRows: 100}), 1);

  const entries = await getChainedRows(sql);
  t.same(
    entries.map(([seq]) => seq),
    Array.from({length: 251}, (_, i) => i + 1),
  );
  t.equal(new Set(entries.map(([, id]) => id)).size, 251);
  t.match(await verifyMonth(sql, getCurrentMonth()), {rows: 251, unchained: 0, fault: undefined});
});

t.test('four concurrent runs chain every row once', async (t) => {
  const {sql} = await openAuditDatabase(t);
  const writing = Promise.all(
    Array.from({length: 20}, async () => {
      for (let i = 0; i < 10; i++) await addAuditRows(sql, 3);
    }),
  );
  const chaining = Array.from({length: 4}, async () => {
    for (let i = 0; i < 10; i++) {
      await chainAuditLog(sql, {batchRows: 7});
      await sleep(5);
    }
  });
  await Promise.all([writing, ...chaining]);
  await chainAuditLog(sql, {batchRows: 50});

  t.equal((await getChainedRows(sql)).length, 600);
  t.match(await verifyMonth(sql, getCurrentMonth()), {rows: 600, unchained: 0, fault: undefined});
});

t.test('the deletion of an IP address does not break the chain', async (t) => {
  const {sql} = await openAuditDatabase(t);
  await addAuditRows(sql, 5);
  await chainAuditLog(sql);

  await sql`update audit_logs set ip_address = null`;

  t.match(await verifyMonth(sql, getCurrentMonth()), {rows: 5, fault: undefined});
});

/** Adds two rows that stay invisible until `commit` is called. */
const addRowsUncommitted = async (t: Test, url: string) => {
  const slow = postgres(url, {max: 1});
  t.teardown(() => slow.end());
  let commit: () => void = () => undefined;
  const mayCommit = new Promise<void>((resolve) => (commit = resolve));
  let begun: () => void = () => undefined;
  const hasBegun = new Promise<void>((resolve) => (begun = resolve));
  const late = slow.begin(async (tx) => {
    await addAuditRows(tx, 2, 'session_reset');
    begun();
    await mayCommit;
  });
  await hasBegun;
  return {late, commit};
};

t.test('a row that becomes visible after younger ones is chained', async (t) => {
  const {sql, url} = await openAuditDatabase(t);
  const {late, commit} = await addRowsUncommitted(t, url);

  // Without the open transaction, this many runs would settle all rows.
  for (let i = 0; i < 8; i++) {
    await addAuditRows(sql, 10);
    await chainAuditLog(sql);
  }
  t.equal((await getChainedRows(sql)).length, 80);
  commit();
  await late;
  t.match(await verifyMonth(sql, getCurrentMonth()), {rows: 82, unchained: 2, fault: undefined});
  await chainAuditLog(sql);

  const ids = (await getChainedRows(sql)).map(([, id]) => id ?? 0);
  t.equal(ids.length, 82);
  t.ok((ids.at(-1) ?? 0) < (ids[0] ?? 0), 'an older id at the end');
  t.match(await verifyMonth(sql, getCurrentMonth()), {rows: 82, unchained: 0, fault: undefined});
});

t.test('a rolled-back transaction leaves a gap in the ids and none in the chain', async (t) => {
  const {sql} = await openAuditDatabase(t);
  await addAuditRows(sql, 2);
  await t.rejects(
    sql.begin(async (tx) => {
      await addAuditRows(tx, 3);
      throw new Error('no');
    }),
  );
  await addAuditRows(sql, 2);
  await chainAuditLog(sql);
  t.same(
    (await getChainedRows(sql)).map(([seq]) => seq),
    [1, 2, 3, 4],
  );
  t.match(await verifyMonth(sql, getCurrentMonth()), {rows: 4, fault: undefined});
});

t.test('settled rows are not read again', async (t) => {
  const {sql} = await openAuditDatabase(t);
  await until(async () => {
    await addAuditRows(sql, 3);
    await chainAuditLog(sql);
    const [task] = await sql<{progress: {settled: string}}[]>`
      select progress from tasks where name = 'audit_chain'`;
    return Number(task?.progress.settled) >= 3;
  }, OTHERS_MS);

  t.same(
    advanceWatermark(
      {settled: '5', candidate: {id: '9', xmax: '100'}},
      {lastId: '20', xmin: '99', xmax: '120'},
    ),
    {settled: '5', candidate: {id: '9', xmax: '100'}},
    'not while a transaction of that time runs',
  );
  t.same(
    advanceWatermark(
      {settled: '5', candidate: {id: '9', xmax: '900'}},
      {lastId: '20', xmin: '9', xmax: '10'},
    ),
    {settled: '5', candidate: {id: '20'}},
    'starts again in a database whose transaction ids start again',
  );
});

t.test('an aborted run is continued, and rows that appear late are chained', async (t) => {
  const {sql, url} = await openAuditDatabase(t);
  const {late, commit} = await addRowsUncommitted(t, url);
  await addAuditRows(sql, 250);
  const cutOff = async () => {
    await chainAuditLog(sql, {batchRows: 100, signal: AbortSignal.abort()});
    const [task] = await sql<{progress: {settled: string}}[]>`
      select progress from tasks where name = 'audit_chain'`;
    return [task?.progress.settled, (await getChainedRows(sql)).length];
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

t.test('the background job chains rows, logs the last hash and reports its failures', async (t) => {
  const server = await startServer(t);
  await Visitor.consenting(server.url);
  const parts = {sql: server.sql, config: server.config, log: server.app.log};
  const known = new RestoreGuard({...parts, dataDir: server.dataDir});
  const keeper = new AuditMaintenance({...parts, restoreGuard: known}, 20);
  t.teardown(() => keeper.stop());

  keeper.start();
  const loggedHead = () =>
    server.logLines.find((line) => line['audit_chain'])?.['audit_chain'] as
      {hash: string} | undefined;
  await until(() => loggedHead() !== undefined);
  const {head} = await verifyMonth(server.sql, getCurrentMonth());
  t.equal(loggedHead()?.hash, head);

  await server.sql`alter table audit_chain rename to audit_chain_away`;
  await until(
    async () => (await server.sql`select from alerts where cause = 'audit_trail'`).length === 1,
  );
  await keeper.stop();
  await server.sql`alter table audit_chain_away rename to audit_chain`;
});

import {rm} from 'node:fs/promises';
import path from 'node:path';

import t from 'tap';
import type {Test} from 'tap';

import {auditMonths} from '../audit/chain/store.js';
import {AuditMaintenance} from '../audit/maintenance.js';
import {cleanupCommand} from '../cleanup/command.js';
import {RestoreGuard, RESTORED_DATABASE} from '../database/restore-guard.js';
import {eraseCommand} from '../privacy/erase-command.js';
import {getAlertCauses, backdateActivity, createVisitWithFile} from './cleanup-helpers.js';
import {TestCluster} from './test-cluster.js';
import {runCommand} from './run-command.js';
import {getVisitState} from './session-helpers.js';
import {startServer} from './start-server.js';
import type {TestServer} from './start-server.js';
import {copyDatabase, createMigratedDatabase} from './test-database.js';
import {until} from './until.js';
import {request} from './visitor.js';

const ALERT = 'database_set_back';
/** About 30 ms. */
const OFTEN = {CLEANUP_INTERVAL_MINUTES: '0.0005'};

const isThere = async ({objects}: TestServer, key: string) =>
  (await objects.head(key)) !== undefined;

/** Waits until the object is deleted, as happens to an expired visit after `--resume`. */
const isGone = (server: TestServer, key: string) =>
  until(async () => !(await isThere(server, key)));

const getHeldMetric = async ({url}: TestServer): Promise<number> => {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(/^maria_cleanup_held (\d)$/m.exec(text)?.[1]);
};

const getRuns = async ({sql}: TestServer): Promise<number> =>
  (await sql`select from audit_logs where event_type = 'orphan_cleanup'`).length;

const getStamp = async ({sql}: TestServer): Promise<number> => {
  const [row] = await sql<{stamp: number}[]>`
    select (progress->>'stamp')::float8 as stamp from tasks where name = 'database'`;
  return row?.stamp ?? 0;
};

/** Triggers a check of the database and an urgent run. Waits until the check is recorded. */
const looked = async (server: TestServer): Promise<void> => {
  const before = await getStamp(server);
  server.cleanup.triggerSoon();
  await until(async () => (await getStamp(server)) > before);
};

const answers = ({sql}: TestServer) =>
  until(() =>
    sql`select`.then(
      () => true,
      () => false,
    ),
  );

/** Restores a backup that contains an open visit with a file, but not its later session. */
const setBack = async (t: Test) => {
  const cluster = await TestCluster.start(t);
  const server = await startServer(t, {settings: {DATABASE_URL: cluster.url}});
  const {visitor, key} = await createVisitWithFile(server);
  await looked(server);
  await cluster.backUp();
  await answers(server);
  t.equal((await visitor.contact('anna@example.com')).status, 202);
  await looked(server);
  await cluster.restore();
  await answers(server);
  await backdateActivity(server, visitor, 31);
  t.equal(await getVisitState(server, visitor.uuid), 'open', 'the state is that of the backup');
  return {cluster, server, visitor, key};
};

const isHeld = async (t: Test, server: TestServer, key: string): Promise<void> => {
  await until(async () => (await getAlertCauses(server)).includes(ALERT));
  await until(async () => (await getHeldMetric(server)) === 1);
  await until(() =>
    server.logLines.some(({level, msg}) => level === 50 && msg === RESTORED_DATABASE),
  );
  t.equal((await request(server.url, 'GET', '/readyz')).status, 200, 'visitors are served');
  t.ok(await isThere(server, key));
  t.equal(await getRuns(server), 0);
};

t.test('a database that is restored under a running server is detected', async (t) => {
  const {server, visitor, key} = await setBack(t);
  await rm(path.join(server.dataDir, 'known-databases.json'));

  server.cleanup.triggerSoon();

  await isHeld(t, server, key);
  server.sender.wake();
  // Cleanup may also have found the database unavailable, which raises a separate alert.
  await until(() =>
    server.mailbox.mails.some(({text}) => text?.includes('maria cleanup --resume')),
  );
  for (const args of [[], ['--sweep', '--delete'], ['--age', '0']]) {
    await t.rejects(runCommand(server, cleanupCommand, ...args), {message: RESTORED_DATABASE});
  }
  t.match(await runCommand(server, cleanupCommand, '--dry-run'), `would delete ${key}`);
  await runCommand(server, cleanupCommand, '--sweep');
  t.equal(await getVisitState(server, visitor.uuid), 'open', 'no command deletes either');

  await runCommand(server, cleanupCommand, '--resume');
  await runCommand(server, cleanupCommand);

  t.notOk(await isThere(server, key));
  await looked(server);
  t.equal(await getHeldMetric(server), 0);
});

t.test('a database that was restored between two starts is detected', async (t) => {
  const {cluster, server, visitor, key} = await setBack(t);

  const next = await startServer(t, {
    settings: {DATABASE_URL: cluster.url, DATA_DIR: server.dataDir},
  });
  // Without an interval, this is the only check.
  next.cleanup.start();

  await isHeld(t, next, key);
  t.equal(await getVisitState(next, visitor.uuid), 'open');
  await runCommand(next, cleanupCommand, '--resume');
  await runCommand(next, cleanupCommand);
  t.notOk(await isThere(next, key));
});

t.test('a restored dump is detected by servers without a record of the database', async (t) => {
  const original = await startServer(t);
  const {visitor, key} = await createVisitWithFile(original);
  await looked(original);
  await backdateActivity(original, visitor, 31);
  const {url} = await copyDatabase(t, {url: original.config.databaseUrl ?? ''});
  const replicas = await Promise.all(
    [1, 2, 3].map(() =>
      startServer(t, {
        settings: {...OFTEN, DATABASE_URL: url},
        deps: {objects: original.objects},
      }),
    ),
  );
  const [first, , last] = replicas as [TestServer, TestServer, TestServer];

  for (const {cleanup} of replicas) cleanup.start();
  for (const replica of replicas) {
    await until(async () => (await getHeldMetric(replica)) === 1);
  }
  await isHeld(t, first, key);
  t.equal(await getVisitState(first, visitor.uuid), 'open');

  await runCommand(last, cleanupCommand, '--resume');
  for (const replica of replicas) await until(async () => (await getHeldMetric(replica)) === 0);
  await isGone(first, key);
});

t.test('months of the audit log are kept while cleanup is paused', async (t) => {
  const server = await startServer(t, {settings: OFTEN});
  await server.sql`select make_audit_month('2025-01-01')`;
  await looked(server);
  await server.sql`
    update tasks set progress = progress || '{"identity": "elsewhere"}' where name = 'database'`;
  const parts = {...server, log: server.app.log};
  const known = new RestoreGuard(parts);
  const keeper = new AuditMaintenance({...parts, restoreGuard: known}, 20);
  t.teardown(() => keeper.stop());

  keeper.start();
  await until(() => known.isPaused);
  const before = await getStamp(server);
  await until(async () => (await getStamp(server)) > before);

  t.ok((await auditMonths(server.sql)).includes('2025-01'));
  await runCommand(server, cleanupCommand, '--resume');
  await until(async () => !(await auditMonths(server.sql)).includes('2025-01'));
});

t.test('no restore is detected after', async (t) => {
  await t.test('a crash of PostgreSQL', async (t) => {
    const cluster = await TestCluster.start(t);
    const server = await startServer(t, {settings: {DATABASE_URL: cluster.url}});
    for (let i = 0; i < 3; i++) {
      await looked(server);
      await cluster.crash();
      await answers(server);
    }
    const {visitor, key} = await createVisitWithFile(server);
    await visitor.consent({personal_data: false});

    await isGone(server, key);
    t.notOk((await getAlertCauses(server)).includes(ALERT));
  });

  await t.test('a switch to an empty database', async (t) => {
    const old = await startServer(t);
    await looked(old);
    const {url} = await createMigratedDatabase(t);
    const settings = {DATABASE_URL: url, DATA_DIR: old.dataDir};
    const server = await startServer(t, {settings});
    const {visitor, key} = await createVisitWithFile(server);
    await visitor.consent({personal_data: false});

    await isGone(server, key);
    await looked(old);
    t.same(
      [await getAlertCauses(server), await getAlertCauses(old)],
      [[], []],
      'alternating use raises no alert',
    );
  });

  await t.test('regular deletions by three servers at once', async (t) => {
    const server = await startServer(t, {settings: OFTEN});
    const replicas = [
      server,
      await startServer(t, {beside: server, settings: OFTEN}),
      // Another DATA_DIR, but the same storage: the deletions of this server must reach the object.
      await startServer(t, {
        settings: {...OFTEN, DATABASE_URL: server.config.databaseUrl ?? ''},
        deps: {objects: server.objects},
      }),
    ];
    for (const {cleanup} of replicas) cleanup.start();
    const {visitor, key} = await createVisitWithFile(server);
    await visitor.contact('anna@example.com');
    await runCommand(server, eraseCommand, '--email', 'anna@example.com', '--yes');
    await isGone(server, key);
    await server.sql`delete from file_uploads`;
    await server.sql`delete from jobs`;
    await server.sql`vacuum full tasks`;
    const runs = await getRuns(server);
    await until(async () => (await getRuns(server)) > runs + 10);

    t.notOk((await getAlertCauses(server)).includes(ALERT));
    for (const replica of replicas) t.equal(await getHeldMetric(replica), 0);
  });
});

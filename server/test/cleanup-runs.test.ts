import t from 'tap';
import type {Test} from 'tap';

import {Cleanup} from '../cleanup/scheduler.js';
import {RestoreGuard} from '../database/restore-guard.js';
import type {CleanupDeps} from '../cleanup/scheduler.js';
import {DatabaseOutage} from '../alerts/database-outage.js';
import type {ObjectStore} from '../object-store/object-store.js';
import {S3Objects} from '../object-store/s3.js';
import {
  getAlertCauses,
  backdateActivity,
  createReaper,
  createSweep,
  createVisitWithFile,
} from './cleanup-helpers.js';
import {ComputedBucket, insertRows} from './computed-bucket.js';
import {FaultProxy} from './fault-proxy.js';
import {listKeys} from './list-keys.js';
import {startServer} from './start-server.js';
import type {TestServer} from './start-server.js';
import {createMigratedDatabase} from './test-database.js';
import {until} from './until.js';
import {Visitor} from './visitor.js';

const findTraces = async ({sql}: TestServer, part: 'reaper' | 'sweep') =>
  (
    await sql<{metadata: Record<string, unknown>}[]>`
      select metadata from audit_logs
      where event_type = 'orphan_cleanup' and metadata->>'part' = ${part} order by id`
  ).map(({metadata}) => metadata);

const getMetric = async ({url}: TestServer, part: string, what: string): Promise<number> => {
  const text = await (await fetch(`${url}/metrics`)).text();
  const line = `maria_cleanup_total{part="${part}",what="${what}"} `;
  return Number(text.split(line)[1]?.split('\n')[0] ?? 0);
};

/** Creates a cleanup with the dependencies that a test replaces. */
const cleanupWith = (t: Test, server: TestServer, deps: Partial<CleanupDeps>): Cleanup => {
  const cleanup = new Cleanup({
    ...server,
    log: server.app.log,
    restoreGuard: new RestoreGuard({...server, log: server.app.log}),
    reaper: createReaper(server),
    sweep: createSweep(server),
    outage: new DatabaseOutage(),
    sweepSpool: async () => undefined,
    onDone: () => undefined,
    onFailed: () => undefined,
    ...deps,
  });
  t.teardown(() => cleanup.stop());
  return cleanup;
};

/** Wraps a store so that its list pauses at every page until `letGoOn` is called. */
const slowList = (objects: ObjectStore) => {
  let goOn = (): void => undefined;
  let isWaiting = false;
  let isOpen = false;
  const slow = Object.assign(Object.create(objects) as ObjectStore, {
    async *list(prefix: string, after?: string) {
      for await (const page of objects.list(prefix, after)) {
        const held = new Promise<void>((resolve) => (goOn = resolve));
        isWaiting = !isOpen;
        if (!isOpen) await held;
        isWaiting = false;
        yield page;
      }
    },
  });
  const letGoOn = () => {
    isOpen = true;
    goOn();
  };
  return {objects: slow, isWaiting: () => isWaiting, letGoOn};
};

const everyFewMs = (server: TestServer) => ({
  ...server.config,
  cleanup: {...server.config.cleanup, intervalMs: 20},
});

t.test('an urgent run does not wait for a sweep', async (t) => {
  const server = await startServer(t, {settings: {LEAVE_GRACE_SECONDS: '60'}});
  const {visitor, key} = await createVisitWithFile(server);
  const slow = slowList(server.objects);
  const cleanup = cleanupWith(t, server, {
    config: everyFewMs(server),
    sweep: createSweep(server, {objects: slow.objects}),
  });
  t.teardown(slow.letGoOn);
  cleanup.start();
  await until(slow.isWaiting);

  await server.sql`
    update visits set left_at = now() - interval '2 minutes' where uuid = ${visitor.uuid}`;
  cleanup.triggerSoon();

  await until(async () => !(await listKeys(server.objects)).includes(key), 5_000);
  t.ok(slow.isWaiting(), 'the sweep is still running');
  const stopped = cleanup.stop();
  slow.letGoOn();
  await stopped;
});

t.test('after a stop the next server continues the sweep', async (t) => {
  const server = await startServer(t);
  const bucket = new ComputedBucket(3_000);
  const objects = new S3Objects(await bucket.start());
  t.teardown(async () => {
    await objects.close();
    await bucket.stop();
  });
  await insertRows(server.sql, 3_000, {known: true});
  await insertRows(server.sql, 3_000, {known: false});
  const slow = slowList(objects);
  const done: object[] = [];
  const cleanup = cleanupWith(t, server, {
    config: everyFewMs(server),
    sweep: createSweep(server, {objects: slow.objects}),
    onDone: (part, report) => part === 'sweep' && done.push(report),
  });
  cleanup.start();
  await until(slow.isWaiting);

  const stopped = cleanup.stop();
  slow.letGoOn();
  await stopped;

  t.same(done, [], 'the sweep did not finish');
  const report = await createSweep(server, {objects}).run({dryRun: false});
  t.match(report, {seen: 3_000, known: 3_000, missing: 0});
  t.equal(bucket.countCalls('list'), 3, 'no page is listed twice');
});

t.test('an urgent run that failed in an outage of the database is repeated', async (t) => {
  const {url} = await createMigratedDatabase(t);
  const proxy = await FaultProxy.start(t, url);
  const server = await startServer(t, {
    settings: {DATABASE_URL: proxy.replaceHost(url), LEAVE_GRACE_SECONDS: '3600'},
  });
  const {visitor, key} = await createVisitWithFile(server);
  await server.sql`
    update visits set left_at = now() - interval '2 hours' where uuid = ${visitor.uuid}`;
  // A timer for a visitor who left must not delay the retry.
  server.cleanup.triggerAfter(3_600_000);

  await proxy.set('refuse');
  server.cleanup.triggerSoon();
  const getFailures = () =>
    server.logLines.filter(({msg}) => /cleanup did not finish/.test(String(msg))).length;
  // Retries are one second apart, and shorter outages are not reported.
  await until(() => getFailures() >= 3);
  t.equal((await listKeys(server.objects)).length, 1);
  await proxy.set('pass');

  await until(async () => !(await listKeys(server.objects)).includes(key));
  await until(async () => (await getAlertCauses(server)).includes('database_outage'));
});

t.test('leaving', async (t) => {
  const server = await startServer(t, {settings: {LEAVE_GRACE_SECONDS: '60'}});
  const getTimers = () =>
    process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;

  await t.test('a thousand visitors within a second need at most two timers', async (t) => {
    const cleanup = cleanupWith(t, server, {});
    const before = getTimers();

    for (let i = 0; i < 1_000; i++) cleanup.triggerAfter(60_000);

    t.ok(getTimers() - before <= 2, `${getTimers() - before} timers`);
    await cleanup.stop();
    t.ok(getTimers() <= before, 'no timer is left after the stop');
    cleanup.triggerAfter(60_000);
    t.ok(getTimers() <= before, 'no timer is started after the stop');
  });

  await t.test('starts a timer only if there is something to remove', async (t) => {
    const armed: number[] = [];
    server.cleanup.triggerAfter = (ms) => void armed.push(ms);

    const visitor = await Visitor.arrive(server.url);
    const leave = async () => (await visitor.call('POST', '/api/session/leave')).status === 204;
    await until(leave);
    t.same(armed, []);
    await until(async () => (await visitor.consent({personal_data: true})).status === 200);
    await until(leave);
    t.same([...new Set(armed)], [60_000]);
  });

  await t.test('files are deleted after the grace period, and not before', async (t) => {
    const brief = await startServer(t, {settings: {LEAVE_GRACE_SECONDS: '2'}});
    const {visitor, key} = await createVisitWithFile(brief);

    const left = performance.now();
    await visitor.call('POST', '/api/session/leave');

    await until(async () => !(await listKeys(brief.objects)).includes(key));
    t.ok(performance.now() - left >= 2_000);
  });
});

t.test('a paused run is reported, but is no failure', async (t) => {
  const server = await startServer(t);
  const restoreGuard = new RestoreGuard({...server, log: server.app.log});
  await restoreGuard.check();
  await server.sql`
    update tasks set progress = progress || '{"held": true}' where name = 'database'`;
  const failed: string[] = [];
  const done: string[] = [];
  const cleanup = cleanupWith(t, server, {
    restoreGuard,
    onFailed: (part) => failed.push(part),
    onDone: (part) => done.push(part),
  });

  cleanup.triggerSoon();
  await until(async () => (await getAlertCauses(server)).includes('database_set_back'));
  await cleanup.stop();

  t.same([failed, done], [[], []]);
});

t.test('a failure in one part does not stop the others', async (t) => {
  const server = await startServer(t);
  await createVisitWithFile(server);
  const failed: string[] = [];
  const reaper = createReaper(server);
  reaper.run = () => Promise.reject(new Error('The reaper broke.'));
  const cleanup = cleanupWith(t, server, {
    reaper,
    config: everyFewMs(server),
    sweepSpool: () => Promise.reject(new Error('The spool is not there.')),
    onFailed: (part) => failed.push(part),
  });

  cleanup.start();
  await until(async () => (await findTraces(server, 'sweep')).length === 1);
  await cleanup.stop();

  t.ok(failed.length > 0 && failed.every((part) => part === 'reaper'));
  t.same(await getAlertCauses(server), ['cleanup']);
});

t.test('each run leaves an audit row, a log line and metrics', async (t) => {
  const server = await startServer(t, {settings: {CLEANUP_INTERVAL_MINUTES: '0.005'}});
  const {visitor} = await createVisitWithFile(server);
  await backdateActivity(server, visitor, 31);
  await createVisitWithFile(server);

  server.cleanup.start();
  await until(async () => (await getMetric(server, 'sweep', 'runs')) === 1);
  await server.cleanup.stop();

  const reaped = await findTraces(server, 'reaper');
  const lines = server.logLines.filter(({msg}) => msg === 'cleanup has run');
  t.equal(reaped.length, await getMetric(server, 'reaper', 'runs'));
  t.same(
    lines.map(({cleanup}) => ({part: 'reaper', ...(cleanup as object)})),
    reaped,
  );
  const numbers = ['seen', 'kept', 'removed', 'bytes', 'failures', 'duration_ms'];
  for (const name of numbers) t.type(reaped[0]?.[name], 'number', name);
  t.match(reaped[0], {seen: 1, kept: 0, removed: 1, failures: 0, tombstones: 1});
  t.equal(await getMetric(server, 'reaper', 'removed'), 1);
  t.equal(await getMetric(server, 'reaper', 'bytes'), reaped[0]?.['bytes']);
  const [swept] = await findTraces(server, 'sweep');
  for (const name of numbers) t.type(swept?.[name], 'number', name);
  t.match(swept, {seen: 1, kept: 1, removed: 0, failures: 0, dry_run: false});
  t.equal(await getMetric(server, 'sweep', 'seen'), 1);
  t.equal(server.logLines.filter(({msg}) => msg === 'the bucket was swept').length, 1);
});

t.test('an urgent run leaves an audit row only if it has deleted something', async (t) => {
  const server = await startServer(t);
  const {visitor} = await createVisitWithFile(server);
  const getRows = async () => (await findTraces(server, 'reaper')).length;

  for (let i = 0; i < 3; i++) t.equal(await createReaper(server).runUrgent(), undefined);
  t.equal(await getRows(), 0);
  await visitor.call('DELETE', '/api/session');
  await until(async () => (await getRows()) === 1);

  t.match(await findTraces(server, 'reaper'), [{seen: 1, removed: 1, failures: 0}]);
  await until(async () => (await getMetric(server, 'reaper', 'removed')) === 1);
});

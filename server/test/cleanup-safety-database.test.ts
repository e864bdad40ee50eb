import t from 'tap';
import type {Test} from 'tap';

import {connectDatabase} from '../database/connect.js';
import type {Sql} from '../database/sql.js';
import {
  getAlertCauses,
  backdateActivity,
  putUnknownObject,
  createReaper,
  createSweep,
  createVisitWithFile,
} from './cleanup-helpers.js';
import {FaultProxy} from './fault-proxy.js';
import type {Fault} from './fault-proxy.js';
import {listKeys} from './list-keys.js';
import {startServer} from './start-server.js';
import type {TestServer} from './start-server.js';
import {DELETE_ALL_UNKNOWN, callAfterFirstPage, startComputedBucket} from './sweep-helpers.js';
import {bucketsMissing} from './test-bucket.js';
import {copyDatabase} from './test-database.js';

t.test('while the database is unavailable, cleanup deletes nothing and reports it', async (t) => {
  const server = await startServer(t);
  const {visitor, key} = await createVisitWithFile(server);
  await backdateActivity(server, visitor, 31);
  await putUnknownObject(server);
  const sql = connectDatabase({url: 'postgres://nobody:x@127.0.0.1:1/none', silenceMs: 2_000});
  t.teardown(() => sql.end({timeout: 0}));

  await t.rejects(createReaper(server, {sql}).run());
  await t.rejects(createSweep(server, {sql}).run({dryRun: false, force: true, quarantineMs: 0}));

  t.equal((await listKeys(server.objects)).length, 2);
  t.ok((await listKeys(server.objects)).includes(key));
});

const SILENCE_MS = 1_000;

/**
 * Creates an abandoned visit with a file, a live visit with a file, and an unknown object. Two of
 * the three objects are due for deletion.
 */
const withDue = async (t: Test, store: 'disk' | 's3' = 'disk') => {
  const server = await startServer(t, {store});
  const {visitor} = await createVisitWithFile(server);
  await createVisitWithFile(server);
  await backdateActivity(server, visitor, 31);
  await putUnknownObject(server);
  return server;
};

/** Asserts that the reaper and the sweep fail, and that every object still exists. */
const deletesNothing = async (t: Test, server: TestServer, parts: Partial<TestServer> = {}) => {
  const before = await listKeys(server.objects);

  await t.rejects(createReaper(server, parts).run(), 'the reaper breaks off');
  await t.rejects(createSweep(server, parts).run(DELETE_ALL_UNKNOWN), 'the sweep breaks off');

  t.same(await listKeys(server.objects), before);
};

const connect = (t: Test, url: string): Sql => {
  const sql = connectDatabase({url, silenceMs: SILENCE_MS});
  t.teardown(() => sql.end({timeout: 0}));
  return sql;
};

t.test('with the database', async (t) => {
  for (const fault of ['refuse', 'freeze', 'cut'] satisfies Fault[]) {
    await t.test(
      `unavailable (${fault}), cleanup deletes nothing, and everything afterwards`,
      async (t) => {
        const server = await withDue(t);
        const {databaseUrl = ''} = server.config;
        const proxy = await FaultProxy.start(t, databaseUrl);
        const sql = connect(t, proxy.replaceHost(databaseUrl));
        await sql`select 1`;

        await proxy.set(fault);
        await deletesNothing(t, server, {sql});

        await proxy.set('pass');
        t.match(await createReaper(server, {sql}).run(), {removed: 1});
        t.match(await createSweep(server, {sql}).run(DELETE_ALL_UNKNOWN), {removed: 1});
      },
    );
  }

  await t.test('stopped with open connections, cleanup deletes nothing', async (t) => {
    const server = await withDue(t);
    const sql = connectDatabase({
      url: server.config.databaseUrl ?? '',
      max: 1,
      silenceMs: SILENCE_MS,
    });
    t.teardown(() => sql.end({timeout: 0}));
    const before = await listKeys(server.objects);
    const runs: (() => Promise<unknown>)[] = [
      () => createReaper(server, {sql}).run(),
      () => createSweep(server, {sql}).run(DELETE_ALL_UNKNOWN),
    ];
    for (const run of runs) {
      const [backend] = await sql<{pid: number}[]>`select pg_backend_pid() as pid`;
      const pid = backend?.pid ?? 0;
      process.kill(pid, 'SIGSTOP');
      try {
        await t.rejects(run());
      } finally {
        process.kill(pid, 'SIGCONT');
      }
      t.same(await listKeys(server.objects), before);
    }
  });

  await t.test('frozen during the list, the sweep deletes nothing', async (t) => {
    const server = await startServer(t);
    const {bucket, objects} = await startComputedBucket(t, server, 3_000);
    const {databaseUrl = ''} = server.config;
    const proxy = await FaultProxy.start(t, databaseUrl);
    const sql = connect(t, proxy.replaceHost(databaseUrl));
    const freezing = callAfterFirstPage(objects, () => proxy.set('freeze'));

    await t.rejects(createSweep(server, {sql, objects: freezing}).run(DELETE_ALL_UNKNOWN));

    t.equal(bucket.countCalls('delete'), 0);
  });
});

t.test(
  'an empty database with a full bucket leads to no deletion',
  {skip: bucketsMissing},
  async (t) => {
    const full = await withDue(t, 's3');
    const {s3} = full.config;
    const empty = await startServer(t, {
      settings: {
        S3_BUCKET: s3?.bucket ?? '',
        S3_ENDPOINT: s3?.endpoint ?? '',
        AWS_ACCESS_KEY_ID: s3?.credentials?.accessKeyId ?? '',
        AWS_SECRET_ACCESS_KEY: s3?.credentials?.secretAccessKey ?? '',
      },
    });

    await t.rejects(createSweep(empty).run(DELETE_ALL_UNKNOWN), /has no row for any file/);
    t.match(await createReaper(empty).run(), {seen: 0, removed: 0});

    t.equal((await listKeys(full.objects)).length, 3);
    t.same(await getAlertCauses(empty), ['sweep_stopped']);
    const [row] = await empty.sql`
    select metadata from audit_logs
    where event_type = 'orphan_cleanup' and metadata->>'part' = 'sweep'`;
    t.match(row?.['metadata'], {stopped: true, removed: 0});
  },
);

/** Starts a server with yesterday's database and today's files. */
const restored = async (t: Test, {yesterday, today}: {yesterday: number; today: number}) => {
  const original = await startServer(t);
  for (let i = 0; i < yesterday; i++) await createVisitWithFile(original);
  const backup = await copyDatabase(t, {url: original.config.databaseUrl ?? ''});
  for (let i = 0; i < today; i++) await createVisitWithFile(original);
  const server = await startServer(t, {
    settings: {DATABASE_URL: backup.url, DATA_DIR: original.dataDir},
  });
  t.equal((await listKeys(server.objects)).length, yesterday + today);
  return {server, original};
};

t.test('a database restored from yesterday', async (t) => {
  await t.test('stops the sweep if many objects were added since', async (t) => {
    const {server} = await restored(t, {yesterday: 5, today: 51});

    await t.rejects(
      createSweep(server).run(DELETE_ALL_UNKNOWN),
      /51 of 56 objects are not in the database/,
    );
    t.match(await createReaper(server).run(), {seen: 0, removed: 0});

    t.equal((await listKeys(server.objects)).length, 56);
    t.same(await getAlertCauses(server), ['sweep_stopped']);
  });

  await t.test('quarantines a few objects until their rows are back', async (t) => {
    const {server, original} = await restored(t, {yesterday: 5, today: 5});
    const patient = {dryRun: false, force: true, minAgeMs: 0};

    t.match(await createSweep(server).run(patient), {unknown: 5, sighted: 5, removed: 0});
    await server.sql`update orphan_candidates set first_seen_at = now() - interval '6 days 23 hours'`;
    t.match(await createSweep(server).run(patient), {unknown: 5, sighted: 0, removed: 0});
    t.match(await createReaper(server).run(), {seen: 0, removed: 0});

    t.equal((await listKeys(server.objects)).length, 10);
    t.same(await getAlertCauses(server), ['orphan_sighted']);
    t.match(await createSweep(original).run(patient), {unknown: 0, removed: 0});
  });
});

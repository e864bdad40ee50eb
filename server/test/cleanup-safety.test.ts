import {mkdir, utimes, writeFile} from 'node:fs/promises';
import path from 'node:path';

import {PutObjectCommand, S3Client} from '@aws-sdk/client-s3';
import t from 'tap';
import type {Test} from 'tap';

import {connectDatabase} from '../database/connect.js';
import type {Sql} from '../database/connect.js';
import type {ObjectStore} from '../object-store/object-store.js';
import {S3Objects} from '../object-store/s3.js';
import {
  alertsIn,
  letIdle,
  putUnknown,
  reaperOf,
  sweepOf,
  unknownKey,
  visitWithFile,
} from './cleanup-parts.js';
import {ComputedBucket, fillRows} from './computed-bucket.js';
import {FaultProxy} from './fault-proxy.js';
import type {Fault} from './fault-proxy.js';
import {keysIn} from './keys-in.js';
import {startServer} from './start-server.js';
import type {TestServer} from './start-server.js';
import {bucketsMissing} from './test-bucket.js';
import {copyDatabase} from './test-database.js';

const HOUR_MS = 3_600_000;
const SILENCE_MS = 1_000;
/** Whatever is unknown and of our shape goes at once. */
const GREEDY = {dryRun: false, force: true, minAgeMs: 0, quarantineMs: 0};

/** An abandoned visit with a file, one that lives, and an unknown object: two of three are due. */
const withDue = async (t: Test, store: 'disk' | 's3' = 'disk') => {
  const server = await startServer(t, {store});
  const {visitor} = await visitWithFile(server);
  await visitWithFile(server);
  await letIdle(server, visitor, 31);
  await putUnknown(server);
  return server;
};

/** Both parts of cleanup break off, and every object is still there. */
const deletesNothing = async (t: Test, server: TestServer, parts: Partial<TestServer> = {}) => {
  const before = await keysIn(server.objects);

  await t.rejects(reaperOf(server, parts).run(), 'the reaper breaks off');
  await t.rejects(sweepOf(server, parts).run(GREEDY), 'the sweep breaks off');

  t.same(await keysIn(server.objects), before);
};

const connect = (t: Test, url: string): Sql => {
  const sql = connectDatabase({url, silenceMs: SILENCE_MS});
  t.teardown(() => sql.end({timeout: 0}));
  return sql;
};

/** The same store, but something happens when a page has been read. */
const afterFirstPage = (objects: ObjectStore, happens: () => Promise<unknown>): ObjectStore =>
  Object.assign(Object.create(objects) as ObjectStore, {
    async *list(prefix: string, after?: string) {
      let isFirst = true;
      for await (const page of objects.list(prefix, after)) {
        yield page;
        if (isFirst) await happens();
        isFirst = false;
      }
    },
  });

const computed = async (t: Test, server: TestServer, count: number) => {
  const bucket = new ComputedBucket(count);
  const objects = new S3Objects(await bucket.start());
  t.teardown(async () => {
    await objects.close();
    await bucket.stop();
  });
  const unknown = await fillRows(server.sql, count);
  return {bucket, objects, unknown};
};

t.test('with the database', async (t) => {
  for (const fault of ['refuse', 'freeze', 'cut'] satisfies Fault[]) {
    await t.test(
      `away (${fault}), cleanup deletes nothing, and all of it afterwards`,
      async (t) => {
        const server = await withDue(t);
        const {databaseUrl = ''} = server.config;
        const proxy = await FaultProxy.before(t, databaseUrl);
        const sql = connect(t, proxy.through(databaseUrl));
        await sql`select 1`;

        await proxy.set(fault);
        await deletesNothing(t, server, {sql});

        await proxy.set('pass');
        t.match(await reaperOf(server, {sql}).run(), {removed: 1});
        t.match(await sweepOf(server, {sql}).run(GREEDY), {removed: 1});
      },
    );
  }

  await t.test('stopped behind its connections, cleanup deletes nothing', async (t) => {
    const server = await withDue(t);
    const sql = connectDatabase({
      url: server.config.databaseUrl ?? '',
      max: 1,
      silenceMs: SILENCE_MS,
      applicationName: 'to be stopped',
    });
    t.teardown(() => sql.end({timeout: 0}));
    const before = await keysIn(server.objects);
    const runs: (() => Promise<unknown>)[] = [
      () => reaperOf(server, {sql}).run(),
      () => sweepOf(server, {sql}).run(GREEDY),
    ];
    for (const run of runs) {
      await sql`select 1`;
      const [backend] = await server.sql<{pid: number}[]>`
        select pid from pg_stat_activity where application_name = 'to be stopped'`;
      const pid = backend?.pid ?? 0;
      process.kill(pid, 'SIGSTOP');
      try {
        await t.rejects(run());
      } finally {
        process.kill(pid, 'SIGCONT');
      }
      t.same(await keysIn(server.objects), before);
    }
  });

  await t.test('frozen in the middle of the list, the sweep deletes nothing', async (t) => {
    const server = await startServer(t);
    const {bucket, objects} = await computed(t, server, 3_000);
    const {databaseUrl = ''} = server.config;
    const proxy = await FaultProxy.before(t, databaseUrl);
    const sql = connect(t, proxy.through(databaseUrl));
    const freezing = afterFirstPage(objects, () => proxy.set('freeze'));

    await t.rejects(sweepOf(server, {sql, objects: freezing}).run(GREEDY));

    t.equal(bucket.countOf('delete'), 0);
  });
});

t.test(
  'an empty database before a full bucket deletes nothing',
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

    await t.rejects(sweepOf(empty).run(GREEDY), /knows no file at all/);
    t.match(await reaperOf(empty).run(), {seen: 0, removed: 0});

    t.equal((await keysIn(full.objects)).length, 3);
    t.same(await alertsIn(empty), ['sweep_stopped']);
    const [row] = await empty.sql`
    select metadata from audit_logs
    where event_type = 'orphan_cleanup' and metadata->>'part' = 'sweep'`;
    t.match(row?.['metadata'], {stopped: true, removed: 0});
  },
);

/** A server on yesterday's database, and on the files of today. */
const restored = async (t: Test, {yesterday, today}: {yesterday: number; today: number}) => {
  const original = await startServer(t);
  for (let i = 0; i < yesterday; i++) await visitWithFile(original);
  const backup = await copyDatabase(t, {url: original.config.databaseUrl ?? ''});
  for (let i = 0; i < today; i++) await visitWithFile(original);
  const server = await startServer(t, {
    settings: {DATABASE_URL: backup.url, DATA_DIR: original.dataDir},
  });
  t.equal((await keysIn(server.objects)).length, yesterday + today);
  return {server, original};
};

t.test('a database restored from yesterday', async (t) => {
  await t.test('stops the sweep when much has come since', async (t) => {
    const {server} = await restored(t, {yesterday: 20, today: 51});

    await t.rejects(sweepOf(server).run(GREEDY), /51 of 71 objects are unknown/);
    t.match(await reaperOf(server).run(), {seen: 0, removed: 0});

    t.equal((await keysIn(server.objects)).length, 71);
    t.same(await alertsIn(server), ['sweep_stopped']);
  });

  await t.test('puts little into quarantine, which ends when the rows are back', async (t) => {
    const {server, original} = await restored(t, {yesterday: 20, today: 5});
    const patient = {dryRun: false, force: true, minAgeMs: 0};

    t.match(await sweepOf(server).run(patient), {unknown: 5, sighted: 5, removed: 0});
    await server.sql`update orphan_candidates set first_seen_at = now() - interval '6 days 23 hours'`;
    t.match(await sweepOf(server).run(patient), {unknown: 5, sighted: 0, removed: 0});
    t.match(await reaperOf(server).run(), {seen: 0, removed: 0});

    t.equal((await keysIn(server.objects)).length, 25);
    t.same(await alertsIn(server), ['orphan_sighted']);
    t.match(await sweepOf(original).run(patient), {unknown: 0, removed: 0});
  });
});

t.test('a clock that runs ahead makes nothing older:', async (t) => {
  for (const [name, aheadMs] of [
    ['an hour and a minute', HOUR_MS + 60_000],
    ['eight days', 8 * 24 * HOUR_MS],
  ] as const) {
    await t.test(`the server’s, by ${name}`, async (t) => {
      const server = await startServer(t);
      const {key, visitor} = await visitWithFile(server);
      const unknown = await putUnknown(server);
      const watched = await putUnknown(server);
      await sweepOf(server).run({dryRun: false, force: true, minAgeMs: 0});
      await server.sql`delete from orphan_candidates where key <> ${watched}`;
      const partial = path.join(server.dataDir, 'files/uploads', `a.pdf.part-${'0'.repeat(16)}`);
      await mkdir(path.dirname(partial), {recursive: true});
      await writeFile(partial, 'half');
      const before = await keysIn(server.objects);

      await withClockAhead(aheadMs, async () => {
        await reaperOf(server).run();
        const report = await sweepOf(server).run({dryRun: false, force: true});
        t.match(report, {young: 3, unknown: 0, removed: 0, aborted_uploads: 0});
        t.match(await sweepOf(server).run({...GREEDY, minAgeMs: HOUR_MS}), {young: 3, removed: 0});
      });

      t.same(await keysIn(server.objects), before);
      t.ok(before.includes(key) && before.includes(unknown));
      t.equal((await visitor.session()).status, 200);
      // The same two days later by the file's own time, which is what the limit is about.
      const old = new Date(Date.now() - 48 * HOUR_MS);
      await utimes(partial, old, old);
      t.match(await sweepOf(server).run({dryRun: false, force: true}), {aborted_uploads: 1});
    });
  }

  await t.test('the store’s', async (t) => {
    const server = await startServer(t);
    const {bucket, objects, unknown} = await computed(t, server, 1_000);
    const sweep = sweepOf(server, {objects});
    const careful = {dryRun: false, force: true, quarantineMs: 0};
    // A minute old, and an hour later by the store's own clock.
    bucket.clockMs = HOUR_MS;
    bucket.ageMs = HOUR_MS + 60_000;

    t.match(await sweep.run(careful), {young: 1_000, unknown: 0, removed: 0});
    t.equal(bucket.countOf('delete'), 0);
    bucket.clockMs = 0;
    t.match(await sweep.run(careful), {young: 0, unknown, removed: unknown}, 'an hour later');
  });
});

/** As if the machine's clock had jumped. */
const withClockAhead = async (ms: number, work: () => Promise<void>): Promise<void> => {
  const RealDate = Date;
  const ahead = class extends RealDate {
    constructor(...given: unknown[]) {
      super(...((given.length === 0 ? [RealDate.now() + ms] : given) as [number]));
    }
    static override now = () => RealDate.now() + ms;
  };
  globalThis.Date = ahead as DateConstructor;
  try {
    await work();
  } finally {
    globalThis.Date = RealDate;
  }
};

t.test('keys of another shape are told and never touched', {skip: bucketsMissing}, async (t) => {
  const server = await startServer(t, {store: 's3'});
  await visitWithFile(server);
  const ours = unknownKey();
  const [, uuid = '', file = ''] = ours.split('/');
  const odd = [
    ours.toUpperCase().replace('UPLOADS', 'uploads').replace('.PDF', '.pdf'),
    `${ours}.bak`,
    ours.replace('.pdf', '.PDF'),
    ours.replace('.pdf', ''),
    ours.replace('.pdf', '.pdf\n'),
    ours.replace('/', '//'),
    `uploads/${uuid}/more/${file}`,
    `uploads/${file}`,
    `uploads/${uuid}/${uuid.replace(/-4/, '-1')}.pdf`,
    `uploads/${uuid.replaceAll('-', '')}/${file}`,
    `uploads/${uuid}/`,
    'uploads/',
    `uploads/site/${uuid}/${file}`,
    `uploads/${uuid}/résumé & more.pdf`,
  ];
  const elsewhere = `uploads-old/${uuid}/${file}`;
  await putRaw(server, [...odd, elsewhere, ours]);

  const report = await sweepOf(server).run(GREEDY);

  t.match(report, {seen: odd.length + 2, foreign: odd.length, unknown: 1, removed: 1});
  const left: string[] = [];
  for await (const {objects} of server.objects.list('')) left.push(...objects.map(({key}) => key));
  for (const key of [...odd, elsewhere]) t.ok(left.includes(key), JSON.stringify(key));
  t.notOk(left.includes(ours));
  t.ok((await alertsIn(server)).includes('foreign_keys'));
});

const putRaw = async ({config}: TestServer, keys: string[]): Promise<void> => {
  const {bucket: Bucket, ...settings} = config.s3 ?? {bucket: ''};
  const client = new S3Client({region: 'us-east-1', forcePathStyle: true, ...settings});
  const waiting = [...keys];
  const putAll = async () => {
    for (let Key = waiting.pop(); Key !== undefined; Key = waiting.pop()) {
      await client.send(new PutObjectCommand({Bucket, Key, Body: '%PDF-'}));
    }
  };
  await Promise.all(Array.from({length: 8}, putAll));
  client.destroy();
};

t.test('1,001 folders on a real store', {skip: bucketsMissing}, async (t) => {
  const server = await startServer(t, {store: 's3'});
  const {visitor} = await visitWithFile(server);
  const keys = Array.from({length: 1_001}, unknownKey);
  await putRaw(server, keys);
  // All of them have a visit that lives, but the very last one in the list.
  const last = [...keys].sort().at(-1) ?? '';
  await server.sql`
    insert into visits (uuid, site_key, token_hash)
    select split_part(key, '/', 2)::uuid, site_key, token_hash
    from visits, unnest(${keys.filter((key) => key !== last)}::text[]) as key
    where uuid = ${visitor.uuid}`;

  await t.test('nothing is deleted when the second page does not come', async (t) => {
    const {s3} = server.config;
    const proxy = await FaultProxy.before(t, s3?.endpoint ?? '');
    const objects = new S3Objects({
      ...s3,
      bucket: s3?.bucket ?? '',
      endpoint: proxy.through(s3?.endpoint ?? ''),
    });
    t.teardown(() => objects.close());
    const cutOff = afterFirstPage(objects, () => proxy.set('refuse'));

    await t.rejects(sweepOf(server, {objects: cutOff}).run(GREEDY), {name: 'StoreUnavailable'});

    t.equal((await keysIn(server.objects)).length, 1_002);
    const [row] = await server.sql`
      select metadata from audit_logs
      where event_type = 'orphan_cleanup' and metadata->>'part' = 'sweep'`;
    t.match(row?.['metadata'], {failed: 'StoreUnavailable', unknown: 0, removed: 0});
  });

  await t.test('all are seen, the last one too, and it alone goes', async (t) => {
    t.match(await sweepOf(server).run(GREEDY), {
      seen: 1_002,
      known: 1_001,
      unknown: 1,
      removed: 1,
    });
    const left = await keysIn(server.objects);
    t.equal(left.length, 1_001);
    t.notOk(left.includes(last));
  });
});

t.test('a list that fails in the middle deletes nothing, and is gone on with', async (t) => {
  const server = await startServer(t);
  const {bucket, objects, unknown} = await computed(t, server, 3_000);
  const sweep = sweepOf(server, {objects});

  bucket.failingList = 2;
  await t.rejects(sweep.run(GREEDY), {name: 'AccessDenied'});
  t.equal(bucket.countOf('delete'), 0);
  const report = await sweep.run(GREEDY);

  t.match(report, {seen: 3_000, unknown, removed: unknown, missing: 0});
  t.equal(bucket.countOf('list'), 2 + 2, 'the first page is not listed again');
});

t.test('what becomes known between the list and the deletion stays', async (t) => {
  const server = await startServer(t);
  const {bucket, objects, unknown} = await computed(t, server, 2_000);
  const backup = afterFirstPage(objects, () => fillRows(server.sql, 2_000, {known: false}));

  const report = await sweepOf(server, {objects: backup}).run(GREEDY);

  t.ok((report?.unknown ?? 0) >= unknown / 2 - 3, 'the first page had them as unknown');
  t.match(report, {removed: 0});
  t.equal(bucket.countOf('delete'), 0);
});

t.test('what a deletion reports as failed is tried again, and never counted', async (t) => {
  const server = await startServer(t);
  const {bucket, objects, unknown} = await computed(t, server, 1_000);
  const sweep = sweepOf(server, {objects});
  const refused = new Map<string, number>();
  // Every third is refused once, every seventh for good.
  const isStuck = (i: number) => i % 7 === 0;
  bucket.refuse = (key) => {
    const i = bucket.indexOf(key);
    const times = (refused.get(key) ?? 0) + 1;
    if (!isStuck(i) && !(i % 3 === 0 && times === 1)) return undefined;
    refused.set(key, times);
    return isStuck(i) ? 'AccessDenied' : 'InternalError';
  };

  const report = await sweep.run(GREEDY);

  const stuck = [...refused].filter(([key]) => isStuck(bucket.indexOf(key))).length;
  t.ok(stuck > 0 && stuck < unknown);
  t.match(report, {
    unknown,
    removed: unknown - stuck,
    failures: stuck,
    kept: 1_000 - unknown + stuck,
  });
  t.equal(bucket.deleted.size, unknown - stuck);
  t.same(
    bucket.calls.filter(({what}) => what === 'delete').map(({keys}) => keys),
    [unknown, refused.size],
    'one retry, for those alone',
  );
  t.ok((await alertsIn(server)).includes('orphan_deletion'));
  bucket.refuse = () => undefined;
  t.match(await sweep.run(GREEDY), {unknown: stuck, removed: stuck, failures: 0});
});

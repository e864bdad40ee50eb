import {mkdir, readdir, utimes, writeFile} from 'node:fs/promises';
import path from 'node:path';

import {
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  ListMultipartUploadsCommand,
  ListObjectVersionsCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import t from 'tap';
import type {Test} from 'tap';

import {Sweep} from '../cleanup/sweep.js';
import {UPLOAD_MAX_MS} from '../contract/limits.js';
import {Spool} from '../files/spool.js';
import type {ObjectStore} from '../object-store/object-store.js';
import {S3Objects} from '../object-store/s3.js';
import {
  getAlertCauses,
  backdateActivity,
  putUnknownObject,
  createReaper,
  createSweep,
  createUnknownKey,
  createVisitWithFile,
} from './cleanup-helpers.js';
import {listKeys} from './list-keys.js';
import {startServer, temporaryFolder} from './start-server.js';
import type {TestServer} from './start-server.js';
import {DELETE_ALL_UNKNOWN} from './sweep-helpers.js';
import {bucketsMissing} from './test-bucket.js';
import {until} from './until.js';

const skip = bucketsMissing;

const rawClient = (t: Test, {config}: TestServer) => {
  const {bucket: Bucket, ...settings} = config.s3 ?? {bucket: ''};
  const client = new S3Client({region: 'us-east-1', forcePathStyle: true, ...settings});
  t.teardown(() => {
    client.destroy();
  });
  return {client, Bucket};
};

t.test('unfinished multipart uploads on a real store', {skip}, async (t) => {
  const server = await startServer(t, {store: 's3'});
  const {client, Bucket} = rawClient(t, server);
  await createVisitWithFile(server);
  const begin = async (Key: string) => {
    const {UploadId} = await client.send(new CreateMultipartUploadCommand({Bucket, Key}));
    await client.send(
      new UploadPartCommand({Bucket, Key, UploadId, PartNumber: 1, Body: Buffer.alloc(1_000)}),
    );
  };
  await begin(createUnknownKey());
  await begin(createUnknownKey());
  await begin('elsewhere/a.pdf');
  const left = async () =>
    (await client.send(new ListMultipartUploadsCommand({Bucket}))).Uploads?.length ?? 0;

  await t.test('are kept for a day', async (t) => {
    const report = await createSweep(server).run({dryRun: false, force: true});
    t.match(report, {aborted_uploads: 0});
    t.equal(await left(), 3);
  });

  await t.test('are aborted by the sweep after that, if they are ours', async (t) => {
    t.match(await createSweep(server).run(DELETE_ALL_UNKNOWN), {aborted_uploads: 2, removed: 0});
    t.equal(await left(), 1);
    t.equal((await listKeys(server.objects)).length, 1);
  });
});

t.test('a versioned bucket keeps no version', {skip}, async (t) => {
  const server = await startServer(t, {store: 's3'});
  const {client, Bucket} = rawClient(t, server);
  const VersioningConfiguration = {Status: 'Enabled' as const};
  await client.send(new PutBucketVersioningCommand({Bucket, VersioningConfiguration}));
  const getVersions = async () => {
    const found = await client.send(new ListObjectVersionsCommand({Bucket}));
    return (found.Versions?.length ?? 0) + (found.DeleteMarkers?.length ?? 0);
  };

  await t.test('of files that their visitor discarded', async (t) => {
    const {visitor, key} = await createVisitWithFile(server);
    await client.send(new PutObjectCommand({Bucket, Key: key, Body: 'an older life'}));
    t.equal(await getVersions(), 2);

    await visitor.call('DELETE', '/api/session');

    await until(async () => (await getVersions()) === 0);
  });

  await t.test('of files that the sweep removed', async (t) => {
    await createVisitWithFile(server);
    await putUnknownObject(server, await putUnknownObject(server));
    t.equal(await getVersions(), 3);
    t.match(await createSweep(server).run(DELETE_ALL_UNKNOWN), {removed: 1});
    t.equal(await getVersions(), 1);
  });
});

t.test('each bucket has separate orphan candidates', {skip}, async (t) => {
  const server = await startServer(t, {store: 's3'});
  const {client, Bucket} = rawClient(t, server);
  const other = `${Bucket}-other`;
  await client.send(new CreateBucketCommand({Bucket: other}));
  await createVisitWithFile(server);
  const key = await putUnknownObject(server);
  const {s3, ...config} = server.config;
  const objects = new S3Objects({...s3, bucket: other});
  t.teardown(() => objects.close());
  const elsewhere = new Sweep({
    sql: server.sql,
    objects,
    config: {...config, s3},
    log: server.app.log,
    otherBucket: other,
  });
  const patient = {dryRun: false, force: true, minAgeMs: 0};
  await createSweep(server).run(patient);
  await server.sql`update orphan_candidates set first_seen_at = now() - interval '8 days'`;

  // The quarantine of this key in the other bucket only begins now.
  await putUnknownObject({...server, objects}, key);
  const report = await elsewhere.run(patient);

  t.match(report, {seen: 1, unknown: 1, sighted: 1, removed: 0, missing: 0});
  t.notOk((await getAlertCauses(server)).includes('object_missing'));
  t.equal((await server.sql`select from orphan_candidates`).length, 2);
  t.match(
    await createSweep(server).run(patient),
    {unknown: 1, removed: 1},
    'the quarantine in this bucket is over',
  );
  t.same(await listKeys(objects), [key]);
  await server.sql`update tasks set next_run_at = now() - interval '1 day' where name like ${`%${other}`}`;
  t.equal(
    await createSweep(server).run({dryRun: false}),
    undefined,
    'the daily sweep of the other bucket is due separately',
  );
});

t.test('one key that can never be deleted', async (t) => {
  const server = await startServer(t);
  const visits = [];
  for (let i = 0; i < 3; i++) visits.push(await createVisitWithFile(server));
  const [stuck] = visits;
  for (const {visitor} of visits) await backdateActivity(server, visitor, 31);
  const objects = Object.assign(Object.create(server.objects) as ObjectStore, {
    delete: async (keys: string[]) => ({
      deleted: (await server.objects.delete(keys.filter((key) => key !== stuck?.key))).deleted,
      failed: keys.filter((key) => key === stuck?.key).map((key) => ({key, code: 'AccessDenied'})),
    }),
  });
  const run = () => createReaper(server, {objects}).run();
  const waitsMinutes = async () => {
    const [row] = await server.sql<{minutes: number}[]>`
      select round(extract(epoch from leased_until - now()) / 60)::int as minutes
      from file_uploads where id = ${stuck?.id ?? ''}`;
    return row?.minutes;
  };

  await t.test('does not block other keys, and is not counted', async (t) => {
    t.match(await run(), {seen: 3, kept: 1, removed: 2, failures: 1, tombstones: 2});
    t.same(await listKeys(server.objects), [stuck?.key]);
    t.match(await run(), {seen: 0, removed: 0, failures: 0}, 'the key waits for its next attempt');
  });

  await t.test('is retried after growing pauses, and reported after five attempts', async (t) => {
    const pauses = [await waitsMinutes()];
    for (let tries = 2; tries <= 8; tries++) {
      t.equal(
        (await getAlertCauses(server)).includes('object_stuck'),
        tries > 5,
        `before attempt ${tries}`,
      );
      await server.sql`update file_uploads set leased_until = now() - interval '1 second'`;
      t.match(await run(), {seen: 1, removed: 0, failures: 1});
      pauses.push(await waitsMinutes());
    }
    t.same(pauses, [1, 2, 4, 8, 16, 32, 60, 60]);
  });

  await t.test('is deleted when the store allows it', async (t) => {
    await server.sql`update file_uploads set leased_until = now() - interval '1 second'`;
    t.match(await createReaper(server).run(), {removed: 1, failures: 0, tombstones: 1});
    t.same(await listKeys(server.objects), []);
  });
});

t.test('refused keys come last, so that a batch of them blocks no other key', async (t) => {
  const server = await startServer(t);
  const {visitor} = await createVisitWithFile(server);
  await server.sql`
    insert into file_uploads (id, session_uuid, file_name, s3_key, state, removal_failures)
    select id, ${visitor.uuid}, 'a.pdf', 'uploads/' || ${visitor.uuid}::text || '/' || id || '.pdf',
           'deleting', 7
    from (select gen_random_uuid() as id from generate_series(1, 600)) as made`;
  await backdateActivity(server, visitor, 31);
  const objects = Object.assign(Object.create(server.objects) as ObjectStore, {
    delete: async (keys: string[]) => {
      const there = await listKeys(server.objects);
      const deleted = keys.filter((key) => there.includes(key));
      await server.objects.delete(deleted);
      const failed = keys.filter((key) => !there.includes(key));
      return {deleted, failed: failed.map((key) => ({key, code: 'AccessDenied'}))};
    },
  });

  t.match(await createReaper(server, {objects}).run(), {removed: 1});

  t.same(await listKeys(server.objects), []);
});

t.test('the spool', async (t) => {
  const age = async (file: string, ms: number) => {
    const then = new Date(Date.now() - ms);
    await utimes(file, then, then);
  };
  async function* bytes() {
    yield Buffer.from('%PDF-');
  }

  await t.test('loses the files of a killed process at every interval', async (t) => {
    const server = await startServer(t, {settings: {CLEANUP_INTERVAL_MINUTES: '0.005'}});
    const folder = path.join(server.dataDir, 'spool');
    await mkdir(folder, {recursive: true});
    for (const name of ['old', 'young']) await writeFile(path.join(folder, name), '%PDF-');
    await age(path.join(folder, 'old'), UPLOAD_MAX_MS + 60_000);
    await age(path.join(folder, 'young'), UPLOAD_MAX_MS - 60_000);

    server.cleanup.start();

    await until(async () => !(await readdir(folder)).includes('old'));
    t.same(await readdir(folder), ['young'], 'another process may use this file');
  });

  await t.test('keeps files in use, whatever their times say', async (t) => {
    const folder = await temporaryFolder(t);
    const spool = new Spool(folder);

    await spool.buffer(bytes(), async () => {
      const [name = ''] = await readdir(folder);
      await age(path.join(folder, name), 10 * UPLOAD_MAX_MS);
      await spool.sweep();
      t.same(await readdir(folder), [name]);
    });
  });
});

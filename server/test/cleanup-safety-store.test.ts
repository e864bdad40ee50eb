import {PutObjectCommand, S3Client} from '@aws-sdk/client-s3';
import t from 'tap';

import {claimDeletions, recordDeletionFailure} from '../cleanup/store.js';
import {S3Objects} from '../object-store/s3.js';
import {
  getAlertCauses,
  createSweep,
  createUnknownKey,
  createVisitWithFile,
} from './cleanup-helpers.js';
import {insertRows} from './computed-bucket.js';
import {FaultProxy} from './fault-proxy.js';
import {listKeys} from './list-keys.js';
import {startServer} from './start-server.js';
import type {TestServer} from './start-server.js';
import {DELETE_ALL_UNKNOWN, callAfterFirstPage, startComputedBucket} from './sweep-helpers.js';
import {bucketsMissing} from './test-bucket.js';

t.test(
  'keys of another shape are reported and never deleted',
  {skip: bucketsMissing},
  async (t) => {
    const server = await startServer(t, {store: 's3'});
    await createVisitWithFile(server);
    const ours = createUnknownKey();
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
      `uploads/${uuid}/${uuid.replace(/^(.{8}-.{4})-4/, '$1-1')}.pdf`,
      `uploads/${uuid.replaceAll('-', '')}/${file}`,
      `uploads/${uuid}/`,
      'uploads/',
      `uploads/site/${uuid}/${file}`,
      `uploads/${uuid}/résumé & more.pdf`,
    ];
    const elsewhere = `uploads-old/${uuid}/${file}`;
    await putRaw(server, [...odd, elsewhere, ours]);

    const report = await createSweep(server).run(DELETE_ALL_UNKNOWN);

    t.match(report, {seen: odd.length + 3, foreign: odd.length + 1, unknown: 1, removed: 1});
    const left: string[] = [];
    for await (const {objects} of server.objects.list(''))
      left.push(...objects.map(({key}) => key));
    for (const key of [...odd, elsewhere]) t.ok(left.includes(key), JSON.stringify(key));
    t.notOk(left.includes(ours));
    t.ok((await getAlertCauses(server)).includes('foreign_keys'));
  },
);

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
  const {visitor} = await createVisitWithFile(server);
  const keys = Array.from({length: 1_001}, createUnknownKey);
  await putRaw(server, keys);
  // Each key except the last one in the list has a live visit.
  const last = [...keys].sort().at(-1) ?? '';
  await server.sql`
    insert into visits (uuid, site_key, token_hash)
    select split_part(key, '/', 2)::uuid, site_key, token_hash
    from visits, unnest(${keys.filter((key) => key !== last)}::text[]) as key
    where uuid = ${visitor.uuid}`;

  await t.test('nothing is deleted when the second page fails', async (t) => {
    const {s3} = server.config;
    const proxy = await FaultProxy.start(t, s3?.endpoint ?? '');
    const objects = new S3Objects({
      ...s3,
      bucket: s3?.bucket ?? '',
      endpoint: proxy.replaceHost(s3?.endpoint ?? ''),
    });
    t.teardown(() => objects.close());
    const cutOff = callAfterFirstPage(objects, () => proxy.set('refuse'));

    await t.rejects(createSweep(server, {objects: cutOff}).run(DELETE_ALL_UNKNOWN), {
      name: 'StoreUnavailable',
    });

    t.equal((await listKeys(server.objects)).length, 1_002);
    const [row] = await server.sql`
      select metadata from audit_logs
      where event_type = 'orphan_cleanup' and metadata->>'part' = 'sweep'`;
    t.match(row?.['metadata'], {failed: 'StoreUnavailable', unknown: 0, removed: 0});
  });

  await t.test('all keys are seen, and only the last one is deleted', async (t) => {
    t.match(await createSweep(server).run(DELETE_ALL_UNKNOWN), {
      seen: 1_002,
      known: 1_001,
      unknown: 1,
      removed: 1,
    });
    const left = await listKeys(server.objects);
    t.equal(left.length, 1_001);
    t.notOk(left.includes(last));
  });
});

t.test('a list that fails in the middle deletes nothing and is continued', async (t) => {
  const server = await startServer(t);
  const {bucket, objects, unknown} = await startComputedBucket(t, server, 3_000);
  const sweep = createSweep(server, {objects});

  bucket.failingList = 2;
  await t.rejects(sweep.run(DELETE_ALL_UNKNOWN), {name: 'AccessDenied'});
  t.equal(bucket.countCalls('delete'), 0);
  const report = await sweep.run(DELETE_ALL_UNKNOWN);

  t.match(report, {seen: 3_000, unknown, removed: unknown, missing: 0});
  t.equal(bucket.countCalls('list'), 2 + 2, 'the first page is not listed again');
});

t.test('an object that gets its row between the list and the deletion stays', async (t) => {
  const server = await startServer(t);
  const {bucket, objects, unknown} = await startComputedBucket(t, server, 2_000);
  const backup = callAfterFirstPage(objects, () => insertRows(server.sql, 2_000, {known: false}));

  const report = await createSweep(server, {objects: backup}).run(DELETE_ALL_UNKNOWN);

  t.ok((report?.unknown ?? 0) >= unknown / 2 - 3, 'the objects of the first page were unknown');
  t.match(report, {removed: 0});
  t.equal(bucket.countCalls('delete'), 0);
});

t.test('the failure of an expired claim does not change the next claim', async (t) => {
  const {sql, ...server} = await startServer(t);
  const {id} = await createVisitWithFile({sql, ...server});
  await sql`update file_uploads set state = 'deleting', slot = null where id = ${id}`;
  const expired = await claimDeletions(sql, 1);
  await sql`update file_uploads set leased_until = now() - interval '1 second'`;
  const next = await claimDeletions(sql, 1);

  t.same(await recordDeletionFailure(sql, expired), []);

  const [row] = await sql`
    select removal_failures as failures, leased_until::text as until from file_uploads`;
  t.match(row, {failures: 0, until: next[0]?.claimedUntil});
  t.same(await recordDeletionFailure(sql, next), [1]);
});

t.test('failed deletions are retried and never counted', async (t) => {
  const server = await startServer(t);
  const {bucket, objects, unknown} = await startComputedBucket(t, server, 1_000);
  const sweep = createSweep(server, {objects});
  const refused = new Map<string, number>();
  // The store refuses every third key once, and every seventh key always.
  const isStuck = (i: number) => i % 7 === 0;
  bucket.refuse = (key) => {
    const i = bucket.indexOf(key);
    const times = (refused.get(key) ?? 0) + 1;
    if (!isStuck(i) && !(i % 3 === 0 && times === 1)) return undefined;
    refused.set(key, times);
    return isStuck(i) ? 'AccessDenied' : 'InternalError';
  };

  const report = await sweep.run(DELETE_ALL_UNKNOWN);

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
    'one retry, only for the refused keys',
  );
  t.ok((await getAlertCauses(server)).includes('orphan_deletion'));
  bucket.refuse = () => undefined;
  t.match(await sweep.run(DELETE_ALL_UNKNOWN), {unknown: stuck, removed: stuck, failures: 0});
});

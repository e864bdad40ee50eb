import {
  DeleteObjectCommand,
  ListObjectVersionsCommand,
  PutBucketVersioningCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import t from 'tap';
import type {Test} from 'tap';

import type {Bytes} from '../object-store/object-store.js';
import {S3Objects} from '../object-store/s3.js';
import type {S3Settings} from '../object-store/s3-clients.js';
import {getAlertCauses, createReaper, createVisitWithFile} from './cleanup-helpers.js';
import {listKeys} from './list-keys.js';
import {startServer} from './start-server.js';
import type {TestServer} from './start-server.js';
import {StoreProxy, createErrorResponse} from './store-proxy.js';
import type {StoreCall} from './store-proxy.js';
import {bucketsMissing, createTestBucket} from './test-bucket.js';
import {until} from './until.js';

const skip = bucketsMissing;
const never = new AbortController().signal;

const isMultiDelete = ({method, query}: StoreCall) => method === 'POST' && query.has('delete');
const isVersioningCheck = ({query}: StoreCall) => query.has('versioning');

const open = (t: Test, settings: S3Settings): S3Objects => {
  const store = new S3Objects(settings);
  t.teardown(() => store.close());
  return store;
};

const put = (store: S3Objects, key: string) => store.put(key, once(Buffer.from('%PDF-')), 5, never);

const getOwner = (t: Test, settings: S3Settings): S3Client => {
  const client = new S3Client(settings);
  t.teardown(() => client.destroy());
  return client;
};

const setVersioning = (client: S3Client, Bucket: string, Status: 'Enabled' | 'Suspended') =>
  client.send(new PutBucketVersioningCommand({Bucket, VersioningConfiguration: {Status}}));

const findVersions = async (client: S3Client, Bucket: string): Promise<number> => {
  const {Versions = [], DeleteMarkers = []} = await client.send(
    new ListObjectVersionsCommand({Bucket}),
  );
  return Versions.length + DeleteMarkers.length;
};

/** Starts a server that calls its store through a proxy. */
const serverBehind = async (t: Test): Promise<{server: TestServer; proxy: StoreProxy}> => {
  const bucket = await createTestBucket(t);
  const proxy = await StoreProxy.start(t, bucket.endpoint);
  const {accessKeyId, secretAccessKey} = bucket.credentials;
  const server = await startServer(t, {
    settings: {
      S3_BUCKET: bucket.bucket,
      S3_ENDPOINT: proxy.endpoint,
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
    },
  });
  return {server, proxy};
};

for (const [status, code] of [
  [501, 'NotImplemented'],
  [405, 'MethodNotAllowed'],
] as const) {
  t.test(`without multi-delete (${status}), objects are deleted one by one`, {skip}, async (t) => {
    const settings = await createTestBucket(t);
    const proxy = await StoreProxy.start(t, settings.endpoint);
    proxy.respond = (call) => (isMultiDelete(call) ? createErrorResponse(status, code) : undefined);
    const store = open(t, proxy.withEndpoint(settings));
    const keys = Array.from({length: 20}, (_, i) => `uploads/${i}.pdf`);
    for (const key of keys) await put(store, key);

    const {deleted, failed} = await store.delete([...keys, 'absent']);
    t.same(deleted.toSorted(), [...keys, 'absent'].sort());
    t.same(failed, []);
    t.same(await listKeys(store, ''), []);
    await put(store, 'b');
    t.same(await store.delete(['b']), {deleted: ['b'], failed: []});
    t.equal(proxy.countCalls(isMultiDelete), 1, 'the result is cached');
  });
}

t.test('without multi-delete, versions are deleted one by one', {skip}, async (t) => {
  const settings = await createTestBucket(t);
  const owner = getOwner(t, settings);
  const {bucket} = settings;
  await setVersioning(owner, bucket, 'Enabled');
  const proxy = await StoreProxy.start(t, settings.endpoint);
  proxy.respond = (call) =>
    isMultiDelete(call) ? createErrorResponse(501, 'NotImplemented') : undefined;
  const store = open(t, proxy.withEndpoint(settings));
  for (const key of ['a', 'a', 'a', 'b']) await put(store, key);

  t.same(await store.delete(['a', 'b']), {deleted: ['a', 'b'], failed: []});

  t.equal(await findVersions(owner, bucket), 0);
});

t.test('without multi-delete, a refused consent deletes the file', {skip}, async (t) => {
  const {server, proxy} = await serverBehind(t);
  proxy.respond = (call) =>
    isMultiDelete(call) ? createErrorResponse(501, 'NotImplemented') : undefined;
  const {visitor} = await createVisitWithFile(server);

  await visitor.consent({personal_data: false});

  await until(async () => (await listKeys(server.objects)).length === 0);
});

t.test('a store that deletes nothing is not reported as unavailable', {skip}, async (t) => {
  const {server, proxy} = await serverBehind(t);
  const refuse = createErrorResponse(501, 'NotImplemented');
  proxy.respond = (call) => (isMultiDelete(call) || call.method === 'DELETE' ? refuse : undefined);
  const {visitor} = await createVisitWithFile(server);
  await visitor.consent({personal_data: false});
  const reaper = createReaper(server);

  for (let i = 0; i < 6; i++) {
    await server.sql`update file_uploads set leased_until = null where state = 'deleting'`;
    await reaper.run();
  }

  t.ok((await getAlertCauses(server)).includes('object_stuck'));
  const codes = await server.sql<{code: string}[]>`
    select distinct metadata ->> 'code' as code from audit_logs
    where event_type = 'file_deletion_error'`;
  t.same(codes, [{code: 'NotImplemented'}]);
});

t.test('a store without multipart uploads has no unfinished uploads', async (t) => {
  const proxy = await StoreProxy.start(t);
  proxy.respond = () => createErrorResponse(501, 'NotImplemented');
  const store = open(t, FAKE(proxy));

  t.equal(await store.abortStaleUploads('', new Date()), 0);
});

t.test('lists of versions and of unfinished uploads end', async (t) => {
  const proxy = await StoreProxy.start(t);
  const xml = (body: string) => ({
    status: 200,
    headers: {'content-type': 'application/xml'},
    body,
  });
  const more =
    '<IsTruncated>true</IsTruncated><NextKeyMarker>a</NextKeyMarker><NextVersionIdMarker>1</NextVersionIdMarker><NextUploadIdMarker>1</NextUploadIdMarker>';
  proxy.respond = ({query}) => {
    if (query.has('versioning')) {
      return xml('<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>');
    }
    if (query.has('versions')) return xml(`<ListVersionsResult>${more}</ListVersionsResult>`);
    return xml(`<ListMultipartUploadsResult>${more}</ListMultipartUploadsResult>`);
  };
  const store = open(t, FAKE(proxy));

  t.same(await store.delete(['a']), {
    deleted: [],
    failed: [{key: 'a', code: 'UnusableList'}],
  });
  await t.rejects(store.abortStaleUploads('', new Date()), {name: 'UnusableList'});
});

for (const multi of [true, false]) {
  const name = multi ? 'with' : 'without';
  t.test(`versioning switched on later is detected, ${name} multi-delete`, {skip}, async (t) => {
    const settings = await createTestBucket(t);
    const owner = getOwner(t, settings);
    const {bucket} = settings;
    const proxy = await StoreProxy.start(t, settings.endpoint);
    proxy.respond = (call) =>
      !multi && isMultiDelete(call) ? createErrorResponse(501, 'NotImplemented') : undefined;
    const replicas = [open(t, proxy.withEndpoint(settings)), open(t, proxy.withEndpoint(settings))];
    for (const [i, store] of replicas.entries()) {
      await put(store, `before${i}`);
      await store.delete([`before${i}`]);
    }
    t.equal(proxy.countCalls(isVersioningCheck), 2, 'both replicas have asked');

    await setVersioning(owner, bucket, 'Enabled');

    for (const [i, store] of replicas.entries()) {
      const key = `after${i}`;
      await put(store, key);
      await put(store, key);
      t.same(await store.delete([key, 'absent']), {deleted: [key, 'absent'], failed: []});
      t.equal(await findVersions(owner, bucket), 0, `replica ${i} leaves no version`);
    }
    await setVersioning(owner, bucket, 'Suspended');
    await put(replicas[0] as S3Objects, 'last');
    await owner.send(new DeleteObjectCommand({Bucket: bucket, Key: 'last'}));
    await replicas[0]?.delete(['last']);
    t.equal(await findVersions(owner, bucket), 0);
  });
}

const FAKE = (proxy: StoreProxy): S3Settings => ({
  bucket: 'files',
  endpoint: proxy.endpoint,
  forcePathStyle: true,
  region: 'us-east-1',
  credentials: {accessKeyId: 'any', secretAccessKey: 'any'},
});

async function* once(bytes: Buffer): Bytes {
  yield bytes;
}

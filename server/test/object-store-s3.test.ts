import {once} from 'node:events';
import {connect, createServer} from 'node:net';
import type {AddressInfo, Socket} from 'node:net';
import {setTimeout as sleep} from 'node:timers/promises';

import {
  CreateMultipartUploadCommand,
  ListObjectVersionsCommand,
  PutBucketVersioningCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import t from 'tap';
import type {Test} from 'tap';

import {testObjectStore} from './object-store-conformance.js';
import {StoreUnavailable} from '../object-store/errors.js';
import {S3Objects} from '../object-store/s3.js';
import {MAX_READ_SOCKETS} from '../object-store/s3-clients.js';
import type {S3Settings} from '../object-store/s3-clients.js';
import {bucketsMissing, createTestBucket} from './test-bucket.js';
import {until} from './until.js';

const never = new AbortController().signal;
const skip = bucketsMissing;
// The tests wait for the store's own time limits.
t.setTimeout(240_000);
// Each test has a separate bucket, and some tests only wait.
t.jobs = 2;

t.test('conformance', {skip}, async (t) => {
  testObjectStore(t, async (t) => {
    const settings = await createTestBucket(t);
    const {bucket: Bucket} = settings;
    const client = rawClient(t, settings);
    return {
      store: open(t, settings),
      async leaveUnfinished(Key) {
        await client.send(new CreateMultipartUploadCommand({Bucket, Key}));
      },
    };
  });
});

t.test('a slow source is not mistaken for a frozen store', {skip}, async (t) => {
  const store = open(t, await createTestBucket(t));

  await store.put('a.pdf', withPause(12_000), 200_000, never);

  t.same(await store.head('a.pdf'), {size: 200_000});
});

t.test('an abort closes the connection to the store', {skip}, async (t) => {
  const settings = await createTestBucket(t);
  const door = await startRelay(t, settings.endpoint);
  const store = open(t, {...settings, endpoint: door.url});
  const leaving = new AbortController();

  const put = store.put('a.pdf', drip(), 1_000_000, leaving.signal);
  await until(() => door.connections.size === 1);
  leaving.abort(new Error('left'));
  await t.rejects(put, {message: 'left'});

  await until(() => door.connections.size === 0);
});

t.test('a source that fails closes the connection to the store', {skip}, async (t) => {
  const settings = await createTestBucket(t);
  const door = await startRelay(t, settings.endpoint);
  const store = open(t, {...settings, endpoint: door.url});

  await t.rejects(store.put('a.pdf', drip(3), 1_000_000, never), {name: 'LengthMismatch'});

  await until(() => door.connections.size === 0);
});

t.test('a rejected put reports why and releases its connection', {skip}, async (t) => {
  const settings = await createTestBucket(t);
  const door = await startRelay(t, settings.endpoint);
  const store = open(t, {...settings, endpoint: door.url, bucket: 'no-such-bucket'});

  await t.rejects(store.put('a.pdf', drip(), 1_000_000, never), {name: 'NoSuchBucket'});

  await until(() => door.connections.size === 0);
});

t.test('clients that do not read their responses block no other call', {skip}, async (t) => {
  const store = open(t, await createTestBucket(t));
  await store.put('a.pdf', zeros(100), 100, never);
  const leaving = new AbortController();
  // A busy machine may exceed the time limit of one call.
  for (let opened = 0, tries = 0; opened < MAX_READ_SOCKETS && tries < 200; tries++) {
    const bytes = await store.get('a.pdf', leaving.signal).catch(() => undefined);
    if (bytes) opened += 1;
  }
  await t.rejects(store.get('a.pdf', never), StoreUnavailable, 'one more call times out');

  await store.check();
  await store.put('b.pdf', zeros(100), 100, never);
  t.same(await store.head('b.pdf'), {size: 100});
  t.same(await store.delete(['b.pdf']), {deleted: ['b.pdf'], failed: []});

  leaving.abort();
  t.ok(await store.get('a.pdf', never), 'slots are free after the readers have disconnected');
});

t.test('a frozen store fails every call, and small calls before a put', {skip}, async (t) => {
  const settings = await createTestBucket(t);
  const door = await startRelay(t, settings.endpoint);
  const store = open(t, {...settings, endpoint: door.url});
  door.freeze();
  const failed: string[] = [];
  const fails = async (name: string, call: Promise<unknown>) => {
    await t.rejects(call, StoreUnavailable, name);
    failed.push(name);
  };

  await Promise.all([
    fails('check', store.check()),
    fails('head', store.head('a.pdf')),
    fails('get', store.get('a.pdf', never)),
    fails('small put', store.put('b.pdf', zeros(100), 100, never)),
    fails('large put', store.put('c.pdf', zeros(90_000_000), 90_000_000, never)),
  ]);
  t.same(failed.slice(0, 3).sort(), ['check', 'get', 'head']);
  door.thaw();
  await until(() => door.connections.size === 0);
});

t.test('a store that does not exist is unavailable', async (t) => {
  const settings = {
    bucket: 'nowhere',
    endpoint: 'http://127.0.0.1:1',
    region: 'us-east-1',
    credentials: {accessKeyId: 'a', secretAccessKey: 'b'},
  };
  const store = open(t, settings);
  await t.rejects(store.check(), StoreUnavailable);
  await t.rejects(store.put('a.pdf', zeros(5), 5, never), StoreUnavailable);
  await t.rejects(async () => {
    for await (const page of store.list('')) t.notOk(page);
  }, StoreUnavailable);
  t.same(await store.delete(['a', 'b']), {
    deleted: [],
    failed: [
      {key: 'a', code: 'StoreUnavailable'},
      {key: 'b', code: 'StoreUnavailable'},
    ],
  });
});

t.test('a missing bucket fails the check', {skip}, async (t) => {
  const store = open(t, {...(await createTestBucket(t)), bucket: 'no-such-bucket'});
  await t.rejects(store.check(), {
    name: 'UnusableBucket',
    message: 'The bucket no-such-bucket does not exist. Create it, or correct S3_BUCKET.',
  });
});

t.test('a versioned bucket keeps no version of deleted objects', {skip}, async (t) => {
  const settings = await createTestBucket(t);
  const {bucket: Bucket} = settings;
  const client = rawClient(t, settings);
  const VersioningConfiguration = {Status: 'Enabled' as const};
  await client.send(new PutBucketVersioningCommand({Bucket, VersioningConfiguration}));
  const store = open(t, settings);
  for (const key of ['a', 'a', 'a.pdf', 'b']) await store.put(key, zeros(3), 3, never);

  t.same(await store.delete(['a', 'b', 'absent']), {deleted: ['a', 'b', 'absent'], failed: []});

  const left = await client.send(new ListObjectVersionsCommand({Bucket}));
  t.same(
    left.Versions?.map(({Key}) => Key),
    ['a.pdf'],
  );
  t.same(left.DeleteMarkers ?? [], []);
});

t.test('download links use the endpoint for browsers', async (t) => {
  const store = open(t, {
    bucket: 'files',
    endpoint: 'http://store.internal:9000',
    publicEndpoint: 'https://files.example.com',
    forcePathStyle: true,
    region: 'us-east-1',
    credentials: {accessKeyId: 'a', secretAccessKey: 'b'},
  });
  const options = {fileName: 'a.pdf', contentType: 'application/pdf', seconds: 60};
  const {url} = await store.createDownloadLink('uploads/a.pdf', options);
  t.match(url, /^https:\/\/files\.example\.com\/files\/uploads\/a\.pdf\?/);
});

function open(t: Test, settings: S3Settings): S3Objects {
  const store = new S3Objects(settings);
  t.teardown(() => store.close());
  return store;
}

function rawClient(t: Test, settings: S3Settings): S3Client {
  const client = new S3Client(settings);
  t.teardown(() => client.destroy());
  return client;
}

/** Starts a relay that exposes the connections to the store and can stop forwarding. */
async function startRelay(t: Test, endpoint: string) {
  const {hostname, port} = new URL(endpoint);
  const connections = new Set<Socket>();
  let frozen = false;
  const server = createServer((inside) => {
    connections.add(inside);
    inside.on('close', () => connections.delete(inside));
    inside.on('error', () => inside.destroy());
    if (frozen) return void inside.pause();
    const outside = connect(Number(port), hostname);
    outside.on('error', () => inside.destroy());
    inside.on('close', () => outside.destroy());
    outside.on('close', () => inside.destroy());
    inside.pipe(outside).pipe(inside);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => {
    for (const socket of connections) socket.destroy();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const freeze = () => (frozen = true);
  const thaw = () => {
    // On a busy machine, a connection may be accepted only now.
    frozen = false;
    // A socket that is not read does not detect that the other side has closed it.
    for (const socket of connections) socket.resume();
  };
  return {url, connections, freeze, thaw};
}

async function* zeros(size: number) {
  for (let at = 0; at < size; at += 65_536) yield Buffer.alloc(Math.min(65_536, size - at));
}

async function* drip(chunks = Infinity) {
  for (let sent = 0; sent < chunks; sent += 1) {
    yield Buffer.alloc(1_000);
    await sleep(20);
  }
}

async function* withPause(ms: number) {
  yield* zeros(100_000);
  await sleep(ms);
  yield* zeros(100_000);
}

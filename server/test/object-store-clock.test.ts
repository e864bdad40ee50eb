import {mock} from 'node:test';

import t from 'tap';

import type {Bytes} from '../object-store/object-store.js';
import {S3Objects} from '../object-store/s3.js';
import {runDoctor} from './run-doctor.js';
import {startServer} from './start-server.js';
import {StoreProxy} from './store-proxy.js';
import {bucketsMissing, createTestBucket} from './test-bucket.js';

const skip = bucketsMissing;
const never = new AbortController().signal;
const DOWNLOAD = {fileName: 'a.pdf', contentType: 'application/pdf', seconds: 60};
const SECOND_MS = 1_000;

for (const seconds of [-1_200, -90, 0, 90, 1_200]) {
  t.test(`files work with a clock that is ${seconds} s off`, {skip}, async (t) => {
    const store = new S3Objects(await createTestBucket(t));
    t.teardown(() => store.close());
    mock.timers.enable({apis: ['Date'], now: Date.now() + seconds * SECOND_MS});
    t.teardown(() => {
      mock.timers.reset();
    });

    await store.check();
    await store.put('a.pdf', once(Buffer.from('%PDF-')), 5, never);
    const {url} = await store.createDownloadLink('a.pdf', DOWNLOAD);

    const response = await fetch(url);
    t.equal(response.status, 200);
    t.equal(await response.text(), '%PDF-');
    t.same(await store.delete(['a.pdf']), {deleted: ['a.pdf'], failed: []});
  });
}

t.test('the doctor fails if the clock is off by more than a link’s lifetime', {skip}, async (t) => {
  const server = await startServer(t, {store: 's3'});
  const {s3} = server.config;
  if (!s3) throw new Error('The server has no bucket.');
  const proxy = await StoreProxy.start(t, s3.endpoint);
  const shift = (seconds: number) => {
    proxy.changeResponse = (reply) => ({
      ...reply,
      headers: {
        ...reply.headers,
        date: new Date(Date.now() + seconds * SECOND_MS).toUTCString(),
      },
    });
  };
  const examined = (downloadSeconds: number) =>
    runDoctor(server, {s3: {...s3, endpoint: proxy.endpoint}, downloadSeconds});

  shift(-90);
  const {findingsAt, findings} = await examined(60);
  t.ok(findingsAt('fail').includes('clock storage'));
  const links = findings.find(({check}) => check === 'links');
  t.match(links, {level: 'fail', advice: /NTP/}, 'the finding does not name S3_PUBLIC_ENDPOINT');
  t.ok((await examined(180)).findingsAt('warn').includes('clock storage'));
  shift(0);
  t.ok((await examined(60)).findingsAt('ok').includes('clock storage'));
});

async function* once(bytes: Buffer): Bytes {
  yield bytes;
}

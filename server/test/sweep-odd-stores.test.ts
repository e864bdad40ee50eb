import {PutObjectCommand, S3Client} from '@aws-sdk/client-s3';
import t from 'tap';
import type {Test} from 'tap';

import {S3Objects} from '../object-store/s3.js';
import type {S3Settings} from '../object-store/s3-clients.js';
import {
  getAlertCauses,
  createSweep,
  createUnknownKey,
  createVisitWithFile,
} from './cleanup-helpers.js';
import {listKeys} from './list-keys.js';
import {startServer} from './start-server.js';
import {StoreProxy} from './store-proxy.js';
import type {StoreCall, StoreResponse} from './store-proxy.js';
import {DELETE_ALL_UNKNOWN} from './sweep-helpers.js';
import {bucketsMissing} from './test-bucket.js';

const skip = bucketsMissing;
const MODIFIED = '2020-01-01T00:00:00.000Z';

const isList = ({query}: StoreCall): boolean => query.has('list-type');

/** Returns one page of a list, with keys in the form that the store writes. */
const getPage = (
  keys: string[],
  {truncated = false, token}: {truncated?: boolean; token?: string} = {},
): StoreResponse => ({
  status: 200,
  headers: {'content-type': 'application/xml'},
  body: `<ListBucketResult><IsTruncated>${truncated}</IsTruncated><EncodingType>url</EncodingType>${
    token === undefined ? '' : `<NextContinuationToken>${token}</NextContinuationToken>`
  }${keys
    .map(
      (key) =>
        `<Contents><Key>${key}</Key><LastModified>${MODIFIED}</LastModified><Size>1</Size></Contents>`,
    )
    .join('')}</ListBucketResult>`,
});

/** Starts a server with one file. Its sweep reads the bucket through a proxy. */
const before = async (t: Test) => {
  const server = await startServer(t);
  const file = await createVisitWithFile(server);
  const proxy = await StoreProxy.start(t);
  const objects = new S3Objects(proxy.withEndpoint({...KEYS, bucket: 'odd', forcePathStyle: true}));
  t.teardown(() => objects.close());
  return {server, ...file, proxy, objects, sweep: createSweep(server, {objects})};
};

const KEYS = {
  region: 'us-east-1',
  credentials: {accessKeyId: 'any', secretAccessKey: 'any'},
};

const putRaw = async (t: Test, {bucket: Bucket, ...settings}: S3Settings, keys: string[]) => {
  const client = new S3Client({forcePathStyle: true, ...settings});
  t.teardown(() => client.destroy());
  for (const Key of keys) await client.send(new PutObjectCommand({Bucket, Key, Body: '%PDF-'}));
};

const stopsWith = async (t: Test, {server, proxy, sweep}: Awaited<ReturnType<typeof before>>) => {
  await t.rejects(sweep.run(DELETE_ALL_UNKNOWN), /^The object store .*Nothing was deleted\.$/s);
  t.ok(proxy.countCalls(isList) < 200, 'after a bounded number of calls');
  t.same(await getAlertCauses(server), ['sweep_stopped'], 'no file is reported as missing');
  t.equal(
    proxy.countCalls((call) => !isList(call)),
    0,
    'nothing is deleted',
  );
};

t.test('a store that lists the same keys again ends the sweep', async (t) => {
  const keys = [createUnknownKey(), createUnknownKey(), createUnknownKey()].sort();
  for (const token of [undefined, 'same', 'new'] as const) {
    await t.test(`with ${token ?? 'no'} token`, async (t) => {
      const store = await before(t);
      let calls = 0;
      store.proxy.respond = () => {
        calls++;
        return getPage(keys, {
          truncated: true,
          ...(token && {token: token === 'new' ? `token ${calls}` : token}),
        });
      };

      await stopsWith(t, store);
    });
  }
});

t.test('a store that lists the last key of a page again ends the sweep', async (t) => {
  const store = await before(t);
  const keys = [createUnknownKey(), createUnknownKey(), createUnknownKey()].sort();
  store.proxy.respond = ({query}) => {
    const after = query.get('start-after') ?? '';
    return getPage(
      keys.filter((key) => key >= after),
      {truncated: true},
    );
  };

  await stopsWith(t, store);
});

t.test('an empty page that is not the last one', async (t) => {
  await t.test('is followed by the page of its token', async (t) => {
    const {key, proxy, sweep, server} = await before(t);
    const pages: Record<string, StoreResponse> = {
      start: getPage([], {truncated: true, token: 'a'}),
      a: getPage([], {truncated: true, token: 'b'}),
      b: getPage([key]),
    };
    proxy.respond = (call) =>
      isList(call) ? pages[call.query.get('continuation-token') ?? 'start'] : {status: 200};

    t.match(await sweep.run(DELETE_ALL_UNKNOWN), {seen: 1, known: 1, missing: 0});
    t.same(await getAlertCauses(server), []);
  });

  for (const token of [undefined, 'same', 'new'] as const) {
    await t.test(`ends the sweep with ${token ?? 'no'} token`, async (t) => {
      const store = await before(t);
      let calls = 0;
      store.proxy.respond = () => {
        calls++;
        return getPage([], {
          truncated: true,
          ...(token && {token: token === 'new' ? `token ${calls}` : token}),
        });
      };

      await stopsWith(t, store);
    });
  }
});

t.test('a key that cannot be decoded is unmanaged', async (t) => {
  const {key, proxy, sweep, server} = await before(t);
  const odd = ['%', '%zz', '%FF', 'a%00b', '100%.pdf'];
  proxy.respond = (call) => (isList(call) ? getPage([...odd, key]) : {status: 200});

  t.match(await sweep.run(DELETE_ALL_UNKNOWN), {
    seen: odd.length + 1,
    foreign: odd.length,
    known: 1,
  });
  t.same(await getAlertCauses(server), ['foreign_keys']);
});

t.test('the page after a key that cannot be decoded is read', async (t) => {
  const {key, proxy, sweep} = await before(t);
  proxy.respond = (call) => {
    if (!isList(call)) return {status: 200};
    if (call.query.has('continuation-token')) return getPage([key]);
    return getPage(['a', '100%.pdf'], {truncated: true, token: 'next'});
  };

  t.match(await sweep.run(DELETE_ALL_UNKNOWN), {seen: 3, foreign: 2, known: 1, missing: 0});
});

t.test('unusual keys in a real bucket are counted', {skip}, async (t) => {
  const server = await startServer(t, {store: 's3'});
  const {key} = await createVisitWithFile(server);
  const odd = [
    ' ',
    '%',
    '%2F',
    '100%.pdf',
    'a b',
    'a+b',
    'a%20b',
    'a\u0001b',
    'a\nb\tc\rd',
    'a&b<c>"d\'',
    'résumé',
    'résumé'.normalize('NFD'),
    '契約/שלום',
    '\u{1f58a}\ufe0f.pdf',
    '\uffee',
    'x'.repeat(1_024),
    'ü'.repeat(512),
    `${key} `,
    `${key}%`,
  ];
  await putRaw(t, server.config.s3 as S3Settings, odd);

  t.match(await createSweep(server).run(DELETE_ALL_UNKNOWN), {
    seen: odd.length + 1,
    foreign: odd.length,
    known: 1,
    missing: 0,
  });
  const keys = await listKeys(server.objects, '');
  t.same(keys.toSorted(), [...odd, key].sort());
  for (const [at, after] of keys.entries()) {
    const behind: string[] = [];
    for await (const {objects} of server.objects.list('', after)) {
      behind.push(...objects.map((object) => object.key));
    }
    t.same(behind, keys.slice(at + 1), `the list is resumed after ${JSON.stringify(after)}`);
  }
});

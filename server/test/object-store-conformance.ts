import {createHash, randomBytes} from 'node:crypto';
import {setTimeout as sleep} from 'node:timers/promises';

import type {Test} from 'tap';

import {InvalidKey, LengthMismatch} from '../object-store/errors.js';
import type {Bytes, ObjectPage, ObjectStore} from '../object-store/object-store.js';

export interface StoreUnderTest {
  store: ObjectStore;
  /** Creates the leftovers of a process that is killed during a put or a multipart upload. */
  leaveUnfinished: (key: string) => Promise<void>;
}

const KEY = 'uploads/2f1c7c1e/6d0b.pdf';
const never = new AbortController().signal;

/** Tests the contract of all object stores. `create` returns an empty store for one test. */
export function testObjectStore(t: Test, create: (t: Test) => Promise<StoreUnderTest>): void {
  t.test('streamed bytes are read back unchanged', async (t) => {
    const {store} = await create(t);
    for (const size of [0, 1, 65_536, 3_000_001]) {
      const bytes = randomBytes(size);

      await store.put(KEY, inChunks(bytes, 16_384), size, never);

      t.equal(digest(await read(store, KEY)), digest(bytes), `${size} bytes`);
      t.same(await store.head(KEY), {size});
    }
  });

  t.test('an absent key returns undefined', async (t) => {
    const {store} = await create(t);
    t.equal(await store.get(KEY, never), undefined);
    t.equal(await store.head(KEY), undefined);
  });

  t.test('a source that throws before its last chunk leaves nothing', async (t) => {
    const {store} = await create(t);
    const error = new Error('the visitor left');

    await t.rejects(store.put(KEY, failing(200_000, error), 200_001, never), error);

    await leavesNothing(t, store);
  });

  t.test('a source that throws after its last byte leaves nothing', async (t) => {
    const {store} = await create(t);
    const error = new Error('the scanner said no');

    for (const size of [0, 200_000]) {
      await t.rejects(store.put(KEY, failing(size, error), size, never), error);
    }

    await leavesNothing(t, store);
  });

  t.test('one byte too few or too many leaves nothing', async (t) => {
    const {store} = await create(t);
    for (const size of [0, 1, 200_000]) {
      const put = (announced: number) =>
        store.put(KEY, inChunks(randomBytes(size), 50_000), announced, never);
      await t.rejects(put(size + 1), LengthMismatch);
      if (size > 0) await t.rejects(put(size - 1), LengthMismatch);
    }

    await leavesNothing(t, store);
  });

  t.test('an abort in the middle leaves nothing and does not wait for the source', async (t) => {
    const {store} = await create(t);
    const leaving = new AbortController();
    const reason = new Error('request aborted');

    const put = store.put(KEY, silentAfter(300_000), 400_000, leaving.signal);
    setTimeout(() => leaving.abort(reason), 200);

    await t.rejects(put, reason);
    await leavesNothing(t, store);
  });

  t.test('nothing starts with a signal that is already aborted', async (t) => {
    const {store} = await create(t);
    const reason = new Error('too late');
    const put = store.put(KEY, inChunks(randomBytes(9), 9), 9, AbortSignal.abort(reason));
    await t.rejects(put, reason);
    await leavesNothing(t, store);
  });

  t.test('an abort ends a read', async (t) => {
    const {store} = await create(t);
    await store.put(KEY, inChunks(randomBytes(5_000_000), 65_536), 5_000_000, never);
    const leaving = new AbortController();
    const bytes = await store.get(KEY, leaving.signal);

    await t.rejects(async () => {
      for await (const chunk of bytes!) if (chunk.length > 0) leaving.abort(new Error('enough'));
    });
  });

  t.test('a read that is aborted before its first byte ends without an error', async (t) => {
    const {store} = await create(t);
    await store.put(KEY, inChunks(randomBytes(5_000_000), 65_536), 5_000_000, never);
    const leaving = new AbortController();
    const bytes = await store.get(KEY, leaving.signal);
    leaving.abort(new Error('left'));
    await sleep(50);
    await t.rejects(async () => {
      for await (const chunk of bytes!) t.fail(`${chunk.length} bytes arrived`);
    });
  });

  t.test('a second put under one key replaces the whole object', async (t) => {
    const {store} = await create(t);
    const texts = ['first and longer', 'second'];
    for (const text of texts) {
      await store.put(KEY, inChunks(Buffer.from(text), 3), Buffer.byteLength(text), never);
    }
    t.equal((await read(store, KEY)).toString(), 'second');
  });

  t.test('concurrent puts do not mix', async (t) => {
    const {store} = await create(t);
    const files = Array.from({length: 60}, (_, at) => ({
      key: `uploads/${at % 7}/${at}.pdf`,
      bytes: randomBytes(100_000 + at),
    }));

    await Promise.all(
      files.map(({key, bytes}) => store.put(key, inChunks(bytes, 10_000), bytes.length, never)),
    );

    for (const {key, bytes} of files) t.equal(digest(await read(store, key)), digest(bytes));
  });

  t.test('concurrent puts and deletions in one folder do not disturb each other', async (t) => {
    const {store} = await create(t);
    for (let round = 0; round < 20; round += 1) {
      const old = `uploads/same/${round}.pdf`;
      await putText(store, old);
      await Promise.all([store.delete([old]), putText(store, `uploads/same/new${round}.pdf`)]);
    }
    const keys = (await listPages(store, 'uploads/')).flatMap(getKeys);
    t.equal(keys.length, 20);
  });

  t.test('2,003 keys can be listed and deleted', async (t) => {
    const {store} = await create(t);
    const keys = Array.from({length: 2_003}, (_, at) => `uploads/${at % 50}/${at}.pdf`);
    await inParallel(40, keys, (key) => putText(store, key));
    await putText(store, 'uploads2/outside.pdf');
    keys.sort();

    const pages = await listPages(store, 'uploads/');
    t.same(
      pages.map((page) => page.objects.length),
      [1_000, 1_000, 3],
      'keys are listed in three pages',
    );
    t.same(pages.flatMap(getKeys), keys, 'keys are in order and have the prefix');
    for (const {serverTime, objects} of pages) {
      const ageMs = serverTime.getTime() - objects[0]!.lastModified.getTime();
      t.ok(ageMs > -2_000 && ageMs < 120_000, 'times are those of the store’s clock');
      t.equal(objects[0]!.size, objects[0]!.key.length, 'objects have their sizes');
    }

    const rest = await listPages(store, 'uploads/', keys[999]);
    t.same(
      rest.flatMap(getKeys),
      keys.slice(1_000),
      'the list resumes after the last key of a page',
    );
    t.same(await listPages(store, 'uploads/', keys.at(-1)), [], 'the list ends after the last key');

    const keysToDelete = [...keys.slice(0, 1_500), 'uploads/never/there.pdf'];
    const {deleted, failed} = await store.delete(keysToDelete);
    t.same(
      deleted.toSorted(),
      keysToDelete.toSorted(),
      'one call deletes all keys, including absent keys',
    );
    t.same(failed, []);
    t.same((await listPages(store, 'uploads/')).flatMap(getKeys), keys.slice(1_500));
  });

  t.test('keys are listed in the order of their UTF-8 bytes, whatever they contain', async (t) => {
    const {store} = await create(t);
    const keys = ['a', 'a b+c%2F.pdf', 'a-b/c', 'a.pdf', 'b/ü', 'b/שלום', 'b/\uffee', 'b/😀', 'b0'];
    await inParallel(4, keys, (key) => putText(store, key));

    t.same((await listPages(store, '')).flatMap(getKeys), keys);
    for (const [at, key] of keys.entries()) {
      const after = (await listPages(store, '', key)).flatMap(getKeys);
      t.same(after, keys.slice(at + 1), `after ${key}`);
    }
    t.same((await listPages(store, 'b/')).flatMap(getKeys), keys.slice(4, 8));
  });

  t.test('an empty list and an empty deletion succeed', async (t) => {
    const {store} = await create(t);
    t.same(await listPages(store, 'uploads/'), []);
    t.same(await store.delete([]), {deleted: [], failed: []});
  });

  t.test('a browser saves a download under its real name', async (t) => {
    const {store} = await create(t);
    await putText(store, KEY);
    const names = ['plain.pdf', 'señal "quoted".pdf', 'חוזה.pdf', '契約 🖊️.pdf', "it's 100%;.pdf"];
    for (const fileName of names) {
      const options = {fileName, contentType: 'application/pdf', seconds: 60};
      const {url, expiresAt} = await store.createDownloadLink(KEY, options);

      const response = await fetch(url);

      t.equal(await response.text(), KEY);
      t.equal(response.headers.get('content-type'), 'application/pdf');
      t.equal(parseFileName(response.headers.get('content-disposition')!), fileName);
      const seconds = (expiresAt.getTime() - Date.now()) / 1000;
      t.ok(seconds > 50 && seconds < 62, 'the expiry is returned');
    }
  });

  t.test('an expired or altered link is refused', async (t) => {
    const {store} = await create(t);
    await putText(store, KEY);
    await putText(store, 'uploads/other.pdf');
    const link = async (seconds: number) =>
      (
        await store.createDownloadLink(KEY, {
          fileName: 'a.pdf',
          contentType: 'application/pdf',
          seconds,
        })
      ).url;
    const good = await link(60);
    const short = await link(1);

    t.equal((await fetch(good)).status, 200);
    t.equal((await fetch(good.replace(KEY, 'uploads/other.pdf'))).status, 403);
    t.equal((await fetch(good.replace('a.pdf', 'b.pdf'))).status, 403);
    t.equal((await fetch(good.replace(/signature=.{8}/i, 'Signature=00000000'))).status, 403);
    await sleep(2_500);
    t.equal((await fetch(short)).status, 403);
  });

  t.test('a key outside its folder is rejected everywhere', async (t) => {
    const {store} = await create(t);
    const options = {fileName: 'a.pdf', contentType: 'application/pdf', seconds: 60};
    for (const key of [
      '../a',
      'a/../../b',
      '/etc/passwd',
      'a//b',
      './a',
      '',
      'a\0b',
      'a\\b',
      'a/',
    ]) {
      await t.rejects(
        async () => store.put(key, inChunks(Buffer.from('x'), 1), 1, never),
        InvalidKey,
      );
      await t.rejects(async () => store.get(key, never), InvalidKey);
      await t.rejects(async () => store.head(key), InvalidKey);
      await t.rejects(async () => store.delete([key]), InvalidKey);
      await t.rejects(async () => store.createDownloadLink(key, options), InvalidKey);
    }
  });

  t.test('only unfinished uploads older than the limit are deleted', async (t) => {
    const {store, leaveUnfinished} = await create(t);
    await putText(store, KEY);
    await leaveUnfinished('uploads/1/left.pdf');
    await leaveUnfinished('uploads/2/left.pdf');
    await leaveUnfinished('elsewhere/left.pdf');

    const hour = 3_600_000;
    t.equal(await store.abortStaleUploads('uploads/', new Date(Date.now() - hour)), 0);
    t.equal(await store.abortStaleUploads('uploads/', new Date(Date.now() + hour)), 2);
    t.equal(await store.abortStaleUploads('uploads/', new Date(Date.now() + hour)), 0);
    t.equal(await store.abortStaleUploads('', new Date(Date.now() + hour)), 1);
    t.same((await listPages(store, '')).flatMap(getKeys), [KEY]);
  });

  t.test('an available store passes its check', async (t) => {
    const {store} = await create(t);
    await t.resolves(store.check());
  });
}

async function leavesNothing(t: Test, store: ObjectStore) {
  // A store can still process an interrupted put after its connection has closed.
  await sleep(300);
  t.equal(await store.head(KEY), undefined, 'no object');
  t.same(await listPages(store, ''), [], 'nothing listed');
  t.equal(await store.abortStaleUploads('', new Date(Date.now() + 3_600_000)), 0, 'no leftovers');
}

const putText = (store: ObjectStore, key: string) =>
  store.put(key, inChunks(Buffer.from(key), 1_000), Buffer.byteLength(key), never);

async function read(store: ObjectStore, key: string): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of (await store.get(key, never))!) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function listPages(store: ObjectStore, prefix: string, startAfter?: string) {
  const pages: ObjectPage[] = [];
  for await (const page of store.list(prefix, startAfter)) pages.push(page);
  return pages;
}

const getKeys = (page: ObjectPage) => page.objects.map(({key}) => key);

async function inParallel<T>(concurrency: number, items: T[], work: (item: T) => Promise<void>) {
  const waiting = [...items];
  const runOneByOne = async () => {
    for (let item = waiting.pop(); item !== undefined; item = waiting.pop()) await work(item);
  };
  await Promise.all(Array.from({length: concurrency}, runOneByOne));
}

async function* inChunks(bytes: Buffer, chunkBytes: number): Bytes {
  for (let at = 0; at < bytes.length; at += chunkBytes) yield bytes.subarray(at, at + chunkBytes);
}

async function* failing(size: number, error: Error): Bytes {
  yield* inChunks(randomBytes(size), 50_000);
  throw error;
}

async function* silentAfter(size: number): Bytes {
  yield* inChunks(randomBytes(size), 50_000);
  await new Promise(() => undefined);
}

const digest = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

/** Returns the file name as browsers read it (RFC 6266): the extended form takes precedence. */
function parseFileName(disposition: string): string {
  const extended = /filename\*=UTF-8''([^;]*)/i.exec(disposition);
  if (extended) return decodeURIComponent(extended[1]!);
  const plain = /filename="((?:[^"\\]|\\.)*)"|filename=([^;]*)/.exec(disposition)!;
  return plain[1]?.replaceAll(/\\(.)/g, '$1') ?? plain[2]!;
}

import {once} from 'node:events';
import {existsSync, writeFileSync} from 'node:fs';
import {mkdir, readdir, writeFile} from 'node:fs/promises';
import {createServer} from 'node:http';
import type {IncomingMessage, ServerResponse} from 'node:http';
import type {AddressInfo} from 'node:net';
import path from 'node:path';
import {pipeline} from 'node:stream/promises';

import t from 'tap';
import type {Test} from 'tap';

import {createContentDisposition} from '../object-store/attachment.js';
import {testObjectStore} from './object-store-conformance.js';
import {DiskObjects} from '../object-store/disk.js';
import {StoreUnavailable} from '../object-store/errors.js';
import {verifyDownload} from '../object-store/signed-links.js';

const signingKey = Buffer.from('a key for links in tests');
const never = new AbortController().signal;

testObjectStore(t, async (t) => {
  const directory = path.join(t.testdir({}), 'objects');
  const store = await serve(t, directory);
  return {
    store,
    async leaveUnfinished(key) {
      const file = path.join(directory, key);
      await mkdir(path.dirname(file), {recursive: true});
      await writeFile(`${file}.part-0123456789abcdef`, 'half');
    },
  };
});

t.test('a failed put leaves no folder', async (t) => {
  const directory = path.join(t.testdir({}), 'objects');
  const store = new DiskObjects({directory, publicUrl: 'http://localhost', signingKey});

  await t.rejects(store.put('uploads/a/b.pdf', one('x'), 2, never));

  t.same(await readdir(directory), []);
});

t.test('an error of the source is not blamed on the disk', async (t) => {
  const directory = path.join(t.testdir({}), 'objects');
  const store = new DiskObjects({directory, publicUrl: 'http://localhost', signingKey});
  const error = Object.assign(new Error('too many sockets'), {code: 'EMFILE'});
  const source = (async function* () {
    yield Buffer.from('x');
    throw error;
  })();

  const thrown = await store.put('uploads/a/b.pdf', source, 2, never).catch((e: unknown) => e);

  t.equal(thrown, error);
});

t.test('a deletion removes only the folders that it has emptied', async (t) => {
  const directory = path.join(t.testdir({}), 'objects');
  const store = new DiskObjects({directory, publicUrl: 'http://localhost', signingKey});
  await store.put('uploads/a/1.pdf', one('1'), 1, never);
  await store.put('uploads/b/2.pdf', one('2'), 1, never);

  await store.delete(['uploads/a/1.pdf']);

  t.same(await readdir(path.join(directory, 'uploads')), ['b']);
});

t.test('a key in the form of an unfinished file is rejected', async (t) => {
  const directory = t.testdir({});
  const store = new DiskObjects({directory, publicUrl: 'http://localhost', signingKey});
  await t.rejects(store.put('a.part-0123456789abcdef', one('x'), 1, never), {name: 'InvalidKey'});
});

t.test('a folder longer than one page is listed in order', async (t) => {
  const directory = t.testdir({});
  const names = Array.from({length: 41_000}, (_, at) => at.toString(36).padStart(4, '0'));
  for (const name of names) writeFileSync(path.join(directory, name), '');
  const store = new DiskObjects({directory, publicUrl: 'http://localhost', signingKey});

  const listed: string[] = [];
  for await (const {objects} of store.list('')) listed.push(...objects.map(({key}) => key));

  t.same(listed.length, names.length);
  t.ok(listed.every((key, at) => key === names[at]));
});

t.test('a folder that cannot be created is reported as such', async (t) => {
  const directory = path.join(t.testdir({file: 'not a folder'}), 'file', 'objects');
  const store = new DiskObjects({directory, publicUrl: 'http://localhost', signingKey});
  await t.rejects(store.check(), StoreUnavailable);
});

t.test('a disk that cannot be written to is unavailable', {skip: noSysfs()}, async (t) => {
  const store = new DiskObjects({
    directory: '/sys/maria',
    publicUrl: 'http://localhost',
    signingKey,
  });
  await t.rejects(store.put('a.pdf', one('x'), 1, never), StoreUnavailable);
  await t.rejects(store.check(), StoreUnavailable);
});

t.test(
  'a deletion that the disk refuses is reported with its key',
  {skip: noSysfs()},
  async (t) => {
    const directory = '/sys/kernel';
    const store = new DiskObjects({directory, publicUrl: 'http://localhost', signingKey});

    t.same(await store.delete(['uevent_seqnum']), {
      deleted: [],
      failed: [{key: 'uevent_seqnum', code: 'StoreUnavailable'}],
    });
  },
);

/** Returns why `/sys` cannot be used, where not even root can create a file. */
function noSysfs(): string | false {
  return existsSync('/sys/kernel') ? false : 'needs the /sys of Linux';
}

async function* one(text: string) {
  yield Buffer.from(text);
}

/** Serves the route that the store's links point to. */
async function serve(t: Test, directory: string): Promise<DiskObjects> {
  const server = createServer((request, response) => void answer(store, request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => server.close());
  const publicUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const store = new DiskObjects({directory, publicUrl, signingKey});
  return store;
}

async function answer(store: DiskObjects, request: IncomingMessage, response: ServerResponse) {
  const {pathname, searchParams} = new URL(request.url!, 'http://localhost');
  const field = (name: string) => searchParams.get(name) ?? '';
  const link = {
    key: decodeURIComponent(pathname.replace('/objects/', '')),
    expires: field('expires'),
    name: field('name'),
    type: field('type'),
    signature: field('signature'),
  };
  if (!verifyDownload(link, signingKey)) return response.writeHead(403).end();
  response.setHeader('Content-Type', link.type);
  response.setHeader('Content-Disposition', createContentDisposition(link.name));
  return pipeline((await store.get(link.key, never))!, response);
}

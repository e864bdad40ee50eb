import {readdir, readlink, rm, symlink} from 'node:fs/promises';
import path from 'node:path';

import t from 'tap';

import type {Bytes} from '../object-store/object-store.js';
import {Spool} from '../files/spool.js';
import {createFailingStore} from './failing-store.js';
import {makePdf} from './pdf.js';
import {startServer, temporaryFolder} from './start-server.js';
import {until} from './until.js';
import {Visitor} from './visitor.js';

/** Returns the files below a folder that this process has open. */
const openIn = async (folder: string): Promise<string[]> => {
  const links = await Promise.all(
    (await readdir('/proc/self/fd')).map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => '')),
  );
  return links.filter((file) => file.startsWith(folder));
};

const skip = process.platform === 'linux' ? false : 'only Linux lists open files in /proc';

t.test('a failure before the first read leaves no file open', {skip}, async (t) => {
  const folder = await temporaryFolder(t);
  const spool = new Spool(folder);

  for (let i = 0; i < 20; i++) {
    const refused = spool.buffer(once(Buffer.from('%PDF-')), () => Promise.reject(new Error('no')));
    await t.rejects(refused, {message: 'no'});
  }

  await until(async () => (await openIn(folder)).length === 0);
  t.same(await readdir(folder), []);
});

t.test('a reader that stops in the middle leaves no file open', {skip}, async (t) => {
  const folder = await temporaryFolder(t);
  const spool = new Spool(folder);

  await spool.buffer(once(Buffer.alloc(1_000_000)), async (bytes) => {
    for await (const chunk of bytes) if (chunk.length > 0) break;
  });

  await until(async () => (await openIn(folder)).length === 0);
});

t.test('uploads that the store rejects leave no file open', {skip}, async (t) => {
  const objects = await createFailingStore(t, {
    put: () => Promise.reject(new Error('The store refuses before it reads.')),
  });
  const server = await startServer(t, {deps: {objects}});
  const visitor = await Visitor.consenting(server.url);

  for (let i = 0; i < 5; i++) {
    t.equal((await visitor.upload(makePdf(), {size: null})).status, 500);
  }

  const spool = path.join(server.dataDir, 'spool');
  await until(async () => (await openIn(spool)).length === 0);
});

t.test(
  'an upload is refused as unavailable while the disk cannot be written to',
  {skip},
  async (t) => {
    const server = await startServer(t);
    const visitor = await Visitor.consenting(server.url);
    const spool = path.join(server.dataDir, 'spool');
    await rm(spool, {recursive: true, force: true});
    // Not even root can create a file there.
    await symlink('/sys/kernel', spool);

    const refused = await visitor.upload(makePdf(), {size: null});
    t.match(refused, {status: 503, body: {code: 'unavailable'}});

    await rm(spool);
    t.equal((await visitor.upload(makePdf(), {size: null})).status, 201);
  },
);

async function* once(bytes: Buffer): Bytes {
  yield bytes;
}

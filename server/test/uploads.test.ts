import {createHash} from 'node:crypto';
import {readdir} from 'node:fs/promises';
import path from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';

import t from 'tap';

import {makePdf} from './pdf.js';
import {readCorpus} from './pdf-corpus.js';
import {sendRawUpload} from './raw-upload.js';
import {startServer} from './start-server.js';
import type {TestServer} from './start-server.js';
import {bucketsMissing, testedStores} from './test-bucket.js';
import {until} from './until.js';
import {assertNothingStored, listStoredKeys, getFileRows} from './stored-files.js';
import {Visitor} from './visitor.js';

for (const store of testedStores) {
  const skip = store === 's3' && bucketsMissing;
  t.test(`with files on ${store}`, {skip}, async (t) => {
    const server = await startServer(t, {store});

    await t.test('a file is downloaded unchanged, under its own name', async (t) => {
      const visitor = await Visitor.consenting(server.url);
      const bytes = makePdf(200_000);
      const name = 'Ärztliches Gutachten 📄 تقرير.pdf';

      const response = await visitor.upload(bytes, {name});

      t.equal(response.status, 201);
      t.match(response.body.file, {
        name,
        size: bytes.length,
        content_type: 'application/pdf',
        sha256: createHash('sha256').update(bytes).digest('hex'),
        url: `/api/files/download/${response.body.file.id}`,
      });
      const {bytes: back, headers} = await visitor.download(response.body.file.id);
      t.ok(back.equals(bytes), 'the same bytes');
      t.equal(headers.get('content-type'), 'application/pdf');
      t.equal(headers.get('content-length'), String(bytes.length));
      t.match(
        headers.get('content-disposition'),
        /^attachment; .*filename\*=UTF-8''%C3%84rztliches/,
      );
      const head = await visitor.call('HEAD', `/api/files/download/${response.body.file.id}`);
      t.equal(head.status, 405, 'a HEAD request creates no link');
      const key = `uploads/${visitor.uuid}/${response.body.file.id}.pdf`;
      t.ok((await listStoredKeys(server)).includes(key));
      const [row] = await server.sql`select download_count from file_uploads where s3_key = ${key}`;
      t.equal(row?.['download_count'], 1);
    });

    await t.test(
      'a file without a size field passes through the spool, which is empty afterwards',
      async (t) => {
        const visitor = await Visitor.consenting(server.url);
        const bytes = makePdf(300_000);

        const response = await visitor.upload(bytes, {size: null});

        t.equal(response.status, 201);
        t.ok((await visitor.download(response.body.file.id)).bytes.equals(bytes));
        t.same(await readdir(path.join(server.dataDir, 'spool')), []);
      },
    );

    await t.test('a limit of three stores exactly three of ten concurrent uploads', async (t) => {
      const visitor = await Visitor.consenting(server.url);

      const responses = await Promise.all(
        Array.from({length: 10}, () => visitor.upload(makePdf(50_000))),
      );

      t.same(responses.map(({status}) => status).sort(), [
        201,
        201,
        201,
        ...Array<number>(7).fill(409),
      ]);
      t.ok(
        responses
          .filter(({status}) => status === 409)
          .every(({body}) => body.code === 'too_many_files'),
      );
      t.equal((await visitor.files()).length, 3);
      const rows = await server.sql`select from file_uploads where session_uuid = ${visitor.uuid}`;
      t.equal(rows.length, 3);
      const keys = (await listStoredKeys(server)).filter((key) => key.includes(visitor.uuid));
      t.equal(keys.length, 3);
    });

    await t.test('a client that disconnects leaves nothing, at any point', async (t) => {
      const own = await startServer(t, {store});
      for (const share of [0.1, 0.9]) {
        const visitor = await Visitor.consenting(own.url);
        await breakOff(own, visitor, makePdf(1_000_000), share);
        await until(async () => (await getFileRows(own)).length === 0);
        await assertNothingStored(t, own);
      }
      t.equal(await openUploads(own), 0);
    });
  });
}

t.test('deleting a file', async (t) => {
  const server = await startServer(t);
  const visitor = await Visitor.consenting(server.url);
  const {body} = await visitor.upload(makePdf());

  const first = await visitor.call('DELETE', `/api/files/${body.file.id}`);
  const again = await visitor.call('DELETE', `/api/files/${body.file.id}`);

  t.same([first.status, again.status], [204, 204]);
  t.same(await visitor.files(), []);
  await until(async () => (await listStoredKeys(server)).length === 0);
  const [row] = await server.sql`
    select is_deleted, deleted_at is not null as dated from file_uploads where id = ${body.file.id}`;
  t.match(row, {is_deleted: true, dated: true});
  t.equal((await visitor.call('GET', `/api/files/download/${body.file.id}`)).status, 404);
});

t.test('real PDFs are downloaded unchanged', async (t) => {
  const server = await startServer(t, {store: bucketsMissing ? 'disk' : 's3'});

  for (const {name, bytes} of await readCorpus()) {
    const visitor = await Visitor.consenting(server.url);
    const {body} = await visitor.upload(bytes, {name});
    t.ok((await visitor.download(body.file.id)).bytes.equals(bytes), name);
    t.equal(body.file.name, name);
  }
});

/**
 * Announces a whole file, sends a share of it, waits until the upload has begun, and disconnects.
 */
async function breakOff(server: TestServer, visitor: Visitor, file: Buffer, share: number) {
  const socket = await sendRawUpload(server, visitor, {
    contentLength: file.length + 200,
    fileBytes: file.subarray(0, file.length * share),
  });
  await until(async () => (await getFileRows(server)).length === 1);
  await sleep(50);
  socket.destroy();
}

async function openUploads({app}: TestServer): Promise<number> {
  return new Promise((resolve, reject) => {
    app.server.getConnections((error, count) => {
      if (error) reject(error);
      // The connections that fetch keeps alive are harmless, so up to 20 count as none.
      else resolve(count > 20 ? count : 0);
    });
  });
}

import {createHash, randomUUID} from 'node:crypto';
import {once} from 'node:events';
import {readFile, readdir} from 'node:fs/promises';
import net from 'node:net';
import path from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';

import t from 'tap';
import type {Test} from 'tap';

import {MAX_FILE_BYTES} from '../contract/limits.js';
import type {ObjectStore} from '../object-store/object-store.js';
import {makePdf} from './pdf.js';
import {startServer} from './start-server.js';
import type {TestServer} from './start-server.js';
import {keysIn} from './keys-in.js';
import {bucketsMissing} from './test-bucket.js';
import {until} from './until.js';
import {Visitor} from './visitor.js';

const objectsIn = ({objects}: TestServer) => keysIn(objects);

const rowsIn = ({sql}: TestServer) =>
  sql<{state: string}[]>`select state from file_uploads order by created_at`;

const leavesNothing = async (t: Test, server: TestServer) => {
  t.same(await objectsIn(server), []);
  t.same([...(await rowsIn(server))], []);
};

for (const store of ['disk', 's3'] as const) {
  const skip = store === 's3' && bucketsMissing;
  t.test(`with files on ${store}`, {skip}, async (t) => {
    const server = await startServer(t, {store});

    await t.test('a file comes back bit for bit, under its own name', async (t) => {
      const visitor = await Visitor.consenting(server.url);
      const bytes = makePdf(200_000);
      const name = 'Ärztliches Gutachten 📄 تقرير.pdf';

      const answer = await visitor.upload(bytes, {name});

      t.equal(answer.status, 201);
      t.match(answer.body.file, {
        name,
        size: bytes.length,
        content_type: 'application/pdf',
        sha256: createHash('sha256').update(bytes).digest('hex'),
        url: `/api/files/download/${answer.body.file.id}`,
      });
      const {bytes: back, headers} = await visitor.download(answer.body.file.id);
      t.ok(back.equals(bytes), 'the same bytes');
      t.equal(headers.get('content-type'), 'application/pdf');
      t.match(
        headers.get('content-disposition'),
        /^attachment; .*filename\*=UTF-8''%C3%84rztliches/,
      );
      const key = `uploads/${visitor.uuid}/${answer.body.file.id}.pdf`;
      t.ok((await objectsIn(server)).includes(key));
      const [row] = await server.sql`select download_count from file_uploads where s3_key = ${key}`;
      t.equal(row?.['download_count'], 1);
    });

    await t.test(
      'without a size field it goes through the spool, which is empty afterwards',
      async (t) => {
        const visitor = await Visitor.consenting(server.url);
        const bytes = makePdf(300_000);

        const answer = await visitor.upload(bytes, {size: null});

        t.equal(answer.status, 201);
        t.ok((await visitor.download(answer.body.file.id)).bytes.equals(bytes));
        t.same(await readdir(path.join(server.dataDir, 'spool')), []);
      },
    );

    await t.test('ten at once against a limit of three store exactly three', async (t) => {
      const visitor = await Visitor.consenting(server.url);

      const answers = await Promise.all(
        Array.from({length: 10}, () => visitor.upload(makePdf(50_000))),
      );

      t.same(answers.map(({status}) => status).sort(), [
        201,
        201,
        201,
        ...Array<number>(7).fill(409),
      ]);
      t.ok(
        answers
          .filter(({status}) => status === 409)
          .every(({body}) => body.code === 'too_many_files'),
      );
      t.equal((await visitor.files()).length, 3);
      const rows = await server.sql`select from file_uploads where session_uuid = ${visitor.uuid}`;
      t.equal(rows.length, 3);
      const keys = (await objectsIn(server)).filter((key) => key.includes(visitor.uuid));
      t.equal(keys.length, 3);
    });

    await t.test('a client that breaks off leaves nothing, however far it came', async (t) => {
      const own = await startServer(t, {store});
      for (const share of [0.1, 0.9]) {
        const visitor = await Visitor.consenting(own.url);
        await breakOff(own, visitor, makePdf(1_000_000), share);
        await until(async () => (await rowsIn(own)).length === 0);
        await leavesNothing(t, own);
      }
      t.equal(await openUploads(own), 0);
    });
  });
}

t.test('limits', async (t) => {
  const server = await startServer(t);

  await t.test('exactly 5 MB pass', async (t) => {
    const visitor = await Visitor.consenting(server.url);

    t.equal((await visitor.upload(makePdf(MAX_FILE_BYTES))).status, 201);
  });

  for (const size of [MAX_FILE_BYTES + 1, null]) {
    await t.test(`one byte more is refused, ${size ? 'announced' : 'unannounced'}`, async (t) => {
      const own = await startServer(t);
      const visitor = await Visitor.consenting(own.url);

      const answer = await visitor.upload(makePdf(MAX_FILE_BYTES + 1), {size});

      t.equal(answer.status, 413);
      t.equal(answer.body.code, 'file_too_large');
      await leavesNothing(t, own);
    });
  }

  await t.test(
    'a body far too large is refused before it is read, and the connection lives',
    async (t) => {
      const visitor = await Visitor.consenting(server.url);
      const socket = await rawUpload(server, visitor, {contentLength: 7_000_000});

      const first = await readAnswer(socket);

      t.match(first, /^HTTP\/1\.1 413 /);
      socket.write(Buffer.alloc(7_000_000 - socket.sentBytes));
      socket.write(`GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n`);
      t.match(await readAnswer(socket), /^HTTP\/1\.1 200 /);
      socket.destroy();
    },
  );

  await t.test('a refused body without end has its connection closed', async (t) => {
    const visitor = await Visitor.consenting(server.url);
    const socket = await rawUpload(server, visitor, {contentLength: 500_000_000});
    socket.on('error', () => undefined);

    t.match(await readAnswer(socket), /^HTTP\/1\.1 413 /);
    await once(socket, 'close');
    t.pass('closed by the server');
  });

  const refused: [string, Buffer, {size?: number | null}, number, string][] = [
    ['an empty file', Buffer.alloc(0), {size: null}, 400, 'empty_file'],
    ['an empty file, announced', Buffer.alloc(0), {}, 400, 'empty_file'],
    [
      'a ZIP under a .pdf name',
      Buffer.from(`PK\x03\x04${'x'.repeat(5_000)}`),
      {},
      415,
      'not_a_pdf',
    ],
    ['a header after the first 1,024 bytes', withJunk(1_020), {}, 415, 'not_a_pdf'],
    ['a short text', Buffer.from('hello'), {}, 415, 'not_a_pdf'],
    ['fewer bytes than announced', makePdf(5_000), {size: 5_001}, 400, 'size_mismatch'],
    ['more bytes than announced', makePdf(5_000), {size: 4_999}, 400, 'size_mismatch'],
    ['many more bytes than announced', makePdf(900_000), {size: 100}, 400, 'size_mismatch'],
  ];
  for (const [what, bytes, options, status, code] of refused) {
    await t.test(`${what} is refused with ${status} and leaves nothing`, async (t) => {
      const own = await startServer(t);
      const visitor = await Visitor.consenting(own.url);

      const answer = await visitor.upload(bytes, options);

      t.equal(answer.status, status);
      t.equal(answer.body.code, code);
      await leavesNothing(t, own);
      t.equal((await visitor.upload(makePdf())).status, 201, 'and its place is free');
    });
  }

  await t.test('a header at the last accepted place passes', async (t) => {
    const visitor = await Visitor.consenting(server.url);

    t.equal((await visitor.upload(withJunk(1_019))).status, 201);
  });

  await t.test('a missing trailer is accepted and flagged', async (t) => {
    const visitor = await Visitor.consenting(server.url);
    const answer = await visitor.upload(Buffer.from(`%PDF-1.4\n${'x'.repeat(3_000)}`));

    const [row] =
      await server.sql`select flags from file_uploads where id = ${answer.body.file.id}`;
    t.same(row?.['flags'], ['trailer_missing']);
  });

  await t.test('a form without a file is refused', async (t) => {
    const visitor = await Visitor.consenting(server.url);
    const form = new FormData();
    form.set('size', '10');

    const answer = await visitor.call('POST', '/api/files/upload', {form});

    t.equal(answer.status, 400);
    t.equal(answer.body['code'], 'no_file');
  });

  await t.test('no more uploads run at once than one session may', async (t) => {
    const own = await startServer(t, {settings: {MAX_UPLOADS_PER_SESSION: '1'}});
    const visitor = await Visitor.consenting(own.url);
    const socket = await rawUpload(own, visitor, {contentLength: 100_000});
    await until(async () => (await rowsIn(own)).length === 1);

    const answer = await visitor.upload(makePdf());

    t.equal(answer.status, 503);
    t.equal(answer.body.code, 'busy');
    t.ok(Number(answer.headers.get('retry-after')) > 0);
    socket.destroy();
    await until(async () => (await rowsIn(own)).length === 0);
    t.equal((await visitor.upload(makePdf())).status, 201);
  });
});

t.test('consent refused while a file is under way', async (t) => {
  const server = await startServer(t);
  const {objects} = server;
  let open: () => void = () => undefined;
  const late = Object.assign(Object.create(objects) as ObjectStore, {
    put: async (...given: Parameters<ObjectStore['put']>) => {
      await new Promise<void>((resolve) => {
        open = resolve;
      });
      await objects.put(...given);
    },
  });
  const beside = await startServer(t, {beside: server, parts: {objects: late}});
  const removedOnce = async ({uuid}: Visitor) => {
    const [row] = await server.sql`
      select removals from file_uploads where session_uuid = ${uuid}`;
    return row === undefined || row['removals'] === 1;
  };

  for (const end of ['refusal', 'discard'] as const) {
    await t.test(`by ${end}: what lands afterwards goes all the same`, async (t) => {
      const visitor = (await Visitor.consenting(server.url)).at(beside.url);
      const upload = visitor.upload(makePdf());
      await until(async () => (await rowsIn(server)).some(({state}) => state === 'uploading'));

      if (end === 'refusal') await visitor.at(server.url).consent({personal_data: false});
      else await visitor.at(server.url).call('DELETE', '/api/session');
      await until(() => removedOnce(visitor));
      open();

      t.not((await upload).status, 201);
      await until(async () => (await objectsIn(server)).length === 0);
    });
  }
});

t.test('nobody without credentials and consent gets anything in', async (t) => {
  const server = await startServer(t);
  const visitor = await Visitor.consenting(server.url);
  await visitor.upload(makePdf());

  await t.test('no consent, no file', async (t) => {
    const stranger = await Visitor.arrive(server.url);

    const before = await stranger.upload(makePdf());
    await stranger.consent({personal_data: false});
    const refused = await stranger.upload(makePdf());

    t.same([before.status, before.body.code], [403, 'consent_required']);
    t.same([refused.status, refused.body.code], [403, 'consent_required']);
    t.same(await stranger.files(), []);
  });

  await t.test('a UUID alone opens nothing', async (t) => {
    const [file] = await visitor.files();
    const headers = {authorization: '', 'x-session-uuid': visitor.uuid};
    const calls: [string, string][] = [
      ['GET', '/api/session'],
      ['GET', '/api/files'],
      ['GET', `/api/files/download/${file?.id ?? ''}`],
      ['DELETE', `/api/files/${file?.id ?? ''}`],
      ['DELETE', '/api/session'],
      ['POST', '/api/files/upload'],
    ];
    for (const [method, address] of calls) {
      const answer = await visitor.call(method, address, {headers});
      t.same([answer.status, answer.body['code']], [401, 'token_required'], `${method} ${address}`);
    }
    t.equal((await visitor.files()).length, 1);
  });

  await t.test('one session’s token opens no other', async (t) => {
    const stranger = await Visitor.consenting(server.url);
    const [file] = await visitor.files();

    const mixed = new Visitor(server.url, visitor.uuid, stranger.token);
    t.same((await mixed.session()).body.code, 'token_invalid');
    const foreign = await stranger.call('GET', `/api/files/download/${file?.id ?? ''}`);
    t.equal(foreign.status, 404);
    t.equal((await stranger.call('DELETE', `/api/files/${file?.id ?? ''}`)).status, 404);
    t.equal((await visitor.files()).length, 1);
  });
});

t.test('a retry with the same Idempotency-Key is safe', async (t) => {
  const server = await startServer(t);

  await t.test('the same bytes get the same file, stored once', async (t) => {
    const visitor = await Visitor.consenting(server.url);
    const bytes = makePdf(100_000);
    const key = randomUUID();

    const first = await visitor.upload(bytes, {key});
    const second = await visitor.upload(bytes, {key});

    t.same([first.status, second.status], [201, 200]);
    t.same(second.body.file, first.body.file);
    t.equal((await visitor.files()).length, 1);
  });

  await t.test('eight at once become one file', async (t) => {
    const visitor = await Visitor.consenting(server.url);
    const bytes = makePdf(100_000);
    const key = randomUUID();

    const answers = await Promise.all(Array.from({length: 8}, () => visitor.upload(bytes, {key})));

    t.equal(answers.filter(({status}) => status === 201).length, 1);
    t.equal(answers.filter(({status}) => status === 200).length, 7);
    t.equal((await visitor.files()).length, 1);
  });

  await t.test('other bytes are refused', async (t) => {
    const visitor = await Visitor.consenting(server.url);
    const key = randomUUID();
    await visitor.upload(makePdf(1_000), {key});

    const answer = await visitor.upload(makePdf(1_001), {key});

    t.same([answer.status, answer.body.code], [422, 'idempotency_key_reused']);
    t.equal((await visitor.files()).length, 1);
  });

  await t.test('after a deletion the key stores anew', async (t) => {
    const visitor = await Visitor.consenting(server.url);
    const key = randomUUID();
    const {body} = await visitor.upload(makePdf(), {key});
    await visitor.call('DELETE', `/api/files/${body.file.id}`);

    t.equal((await visitor.upload(makePdf(), {key})).status, 201);
  });
});

t.test('deleting', async (t) => {
  const server = await startServer(t);
  const visitor = await Visitor.consenting(server.url);
  const {body} = await visitor.upload(makePdf());

  const first = await visitor.call('DELETE', `/api/files/${body.file.id}`);
  const again = await visitor.call('DELETE', `/api/files/${body.file.id}`);

  t.same([first.status, again.status], [204, 204]);
  t.same(await visitor.files(), []);
  await until(async () => (await objectsIn(server)).length === 0);
  const [row] = await server.sql`
    select is_deleted, deleted_at is not null as dated from file_uploads where id = ${body.file.id}`;
  t.match(row, {is_deleted: true, dated: true});
  t.equal((await visitor.call('GET', `/api/files/download/${body.file.id}`)).status, 404);
});

t.test('active content is a flag, or a refusal where the site says so', async (t) => {
  const server = await startServer(t);
  const bytes = Buffer.from('%PDF-1.7\n1 0 obj << /S /J#61vaScript /JS (x) >> endobj\n%%EOF');

  const flagged = await (await Visitor.consenting(server.url)).upload(bytes);
  const [row] = await server.sql`select flags from file_uploads where id = ${flagged.body.file.id}`;
  t.same(row?.['flags'], ['javascript']);

  const strict = await startServer(t);
  await strict.sql`update sites set settings = '{"refuse_active_content": true}'`;
  const refused = await (await Visitor.consenting(strict.url)).upload(bytes);
  t.same([refused.status, refused.body.code], [422, 'active_content']);
  await leavesNothing(t, strict);
});

const corpus = process.env['TEST_PDF_DIR'];
t.test(
  'real PDFs come back bit for bit',
  {skip: corpus ? false : 'TEST_PDF_DIR names none'},
  async (t) => {
    const server = await startServer(t, {store: bucketsMissing ? 'disk' : 's3'});
    const names = (await readdir(corpus ?? '')).filter((name) => name.endsWith('.pdf'));

    for (const name of names) {
      const bytes = await readFile(path.join(corpus ?? '', name));
      const visitor = await Visitor.consenting(server.url);
      const {body} = await visitor.upload(bytes, {name});
      t.ok((await visitor.download(body.file.id)).bytes.equals(bytes), name);
      t.equal(body.file.name, name);
    }
  },
);

function withJunk(bytes: number): Buffer {
  return Buffer.concat([Buffer.alloc(bytes, 'j'), makePdf()]);
}

interface RawUpload extends net.Socket {
  sentBytes: number;
}

/** Sends the head of an upload and the first bytes of its file, and leaves the rest to the test. */
async function rawUpload(
  {config}: TestServer,
  visitor: Visitor,
  {contentLength, fileBytes = makePdf(2_000)}: {contentLength: number; fileBytes?: Buffer},
): Promise<RawUpload> {
  const socket = net.connect(config.port, '127.0.0.1') as RawUpload;
  await once(socket, 'connect');
  const head = Object.entries({
    host: 'localhost',
    ...visitor.credentials,
    'content-type': 'multipart/form-data; boundary=cut',
    'content-length': String(contentLength),
  });
  const start = Buffer.concat([
    Buffer.from(
      '--cut\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\nContent-Type: application/pdf\r\n\r\n',
    ),
    fileBytes,
  ]);
  socket.sentBytes = start.length;
  socket.write(
    `POST /api/files/upload HTTP/1.1\r\n${head.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`,
  );
  socket.write(start);
  return socket;
}

async function readAnswer(socket: net.Socket): Promise<string> {
  const [bytes] = (await once(socket, 'data')) as [Buffer];
  return bytes.toString('latin1');
}

/** Announces a whole file, sends a share of it, waits until it is under way, and hangs up. */
async function breakOff(server: TestServer, visitor: Visitor, file: Buffer, share: number) {
  const socket = await rawUpload(server, visitor, {
    contentLength: file.length + 200,
    fileBytes: file.subarray(0, file.length * share),
  });
  await until(async () => (await rowsIn(server)).length === 1);
  await sleep(50);
  socket.destroy();
}

async function openUploads({app}: TestServer): Promise<number> {
  return new Promise((resolve, reject) => {
    app.server.getConnections((error, count) => {
      if (error) reject(error);
      // The connections that fetch keeps alive do no harm; those of uploads are gone.
      else resolve(count > 20 ? count : 0);
    });
  });
}

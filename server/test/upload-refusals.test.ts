import {once} from 'node:events';
import type net from 'node:net';

import t from 'tap';

import {MAX_FILE_BYTES} from '../contract/limits.js';
import {makePdf} from './pdf.js';
import {sendRawUpload} from './raw-upload.js';
import {startServer} from './start-server.js';
import {until} from './until.js';
import {assertNothingStored, getFileRows, getStoredState} from './stored-files.js';
import {Visitor} from './visitor.js';

t.test('limits', async (t) => {
  const server = await startServer(t);

  await t.test('exactly 5 MB are accepted', async (t) => {
    const visitor = await Visitor.consenting(server.url);

    t.equal((await visitor.upload(makePdf(MAX_FILE_BYTES))).status, 201);
  });

  for (const size of [MAX_FILE_BYTES + 1, null]) {
    await t.test(`one byte more is rejected, ${size ? 'announced' : 'unannounced'}`, async (t) => {
      const visitor = await Visitor.consenting(server.url);
      const before = await getStoredState(server);

      const response = await visitor.upload(makePdf(MAX_FILE_BYTES + 1), {size});

      t.equal(response.status, 413);
      t.equal(response.body.code, 'file_too_large');
      t.same(await getStoredState(server), before);
    });
  }

  await t.test(
    'a far too large body is rejected early, and the connection stays open',
    async (t) => {
      const visitor = await Visitor.consenting(server.url);
      const socket = await sendRawUpload(server, visitor, {contentLength: 7_000_000});

      const first = await readAnswer(socket);

      t.match(first, /^HTTP\/1\.1 413 /);
      socket.write(Buffer.alloc(7_000_000 - socket.sentBytes));
      socket.write(`GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n`);
      t.match(await readAnswer(socket), /^HTTP\/1\.1 200 /);
      socket.destroy();
    },
  );

  await t.test('an endless rejected body has its connection closed', async (t) => {
    const visitor = await Visitor.consenting(server.url);
    const socket = await sendRawUpload(server, visitor, {contentLength: 500_000_000});
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
    ['bytes where none were announced', makePdf(5_000), {size: 0}, 400, 'size_mismatch'],
    ['many more bytes than announced', makePdf(900_000), {size: 100}, 400, 'size_mismatch'],
  ];
  for (const [what, bytes, options, status, code] of refused) {
    await t.test(`${what} is refused with ${status} and leaves nothing`, async (t) => {
      const visitor = await Visitor.consenting(server.url);
      const before = await getStoredState(server);

      const response = await visitor.upload(bytes, options);

      t.equal(response.status, status);
      t.equal(response.body.code, code);
      t.same(await getStoredState(server), before);
      t.equal((await visitor.upload(makePdf())).status, 201, 'its slot is free');
    });
  }

  await t.test('a header at the last allowed position is accepted', async (t) => {
    const visitor = await Visitor.consenting(server.url);

    t.equal((await visitor.upload(withJunk(1_019))).status, 201);
  });

  await t.test('a missing trailer is accepted and flagged', async (t) => {
    const visitor = await Visitor.consenting(server.url);
    const response = await visitor.upload(Buffer.from(`%PDF-1.4\n${'x'.repeat(3_000)}`));

    const [row] =
      await server.sql`select flags from file_uploads where id = ${response.body.file.id}`;
    t.same(row?.['flags'], ['trailer_missing']);
  });

  await t.test('a form without a file is rejected', async (t) => {
    const visitor = await Visitor.consenting(server.url);
    const form = new FormData();
    form.set('size', '10');

    const response = await visitor.call('POST', '/api/files/upload', {form});

    t.equal(response.status, 400);
    t.equal(response.body['code'], 'no_file');
  });

  await t.test('the limit of concurrent uploads for a session is enforced', async (t) => {
    const own = await startServer(t, {settings: {MAX_UPLOADS_PER_SESSION: '1'}});
    const visitor = await Visitor.consenting(own.url);
    const socket = await sendRawUpload(own, visitor, {contentLength: 100_000});
    await until(async () => (await getFileRows(own)).length === 1);

    const response = await visitor.upload(makePdf());

    t.equal(response.status, 503);
    t.equal(response.body.code, 'busy');
    t.ok(Number(response.headers.get('retry-after')) > 0);
    const metrics = await (await fetch(`${own.url}/metrics`)).text();
    t.match(metrics, 'maria_busy_total{what="uploads",limit="session"} 1\n');
    socket.destroy();
    await until(async () => (await getFileRows(own)).length === 0);
    t.equal((await visitor.upload(makePdf())).status, 201);
  });
});

t.test('a form with more than a size and a file', async (t) => {
  const server = await startServer(t);
  const file = (bytes: number) => new Blob([makePdf(bytes)], {type: 'application/pdf'});
  const after = 'must come before the file';
  const forms: [string, [string, string | Blob][], string, string][] = [
    [
      'a foreign field',
      [
        ['note', 'hello'],
        ['file', file(900)],
      ],
      '/note',
      'is not expected',
    ],
    [
      'a foreign field behind',
      [
        ['file', file(900)],
        ['note', 'x'],
      ],
      '/note',
      'is not expected',
    ],
    [
      'two sizes',
      [
        ['size', '900'],
        ['size', '900'],
        ['file', file(900)],
      ],
      '/size',
      'appears twice',
    ],
    [
      'the size behind the file',
      [
        ['file', file(900)],
        ['size', '900'],
      ],
      '/size',
      after,
    ],
    [
      'the size behind a large one',
      [
        ['file', file(900_000)],
        ['size', '9'],
      ],
      '/size',
      after,
    ],
    [
      'two files',
      [
        ['file', file(900)],
        ['file', file(901)],
      ],
      '/file',
      'appears twice',
    ],
    [
      'a foreign file',
      [
        ['size', '900'],
        ['file', file(900)],
        ['b', file(400)],
      ],
      '/b',
      'is not expected',
    ],
  ];
  for (const [what, parts, path, message] of forms) {
    await t.test(`${what} is rejected with its path and leaves nothing`, async (t) => {
      const visitor = await Visitor.consenting(server.url);
      const before = await getStoredState(server);
      const form = new FormData();
      for (const [name, value] of parts) {
        if (typeof value === 'string') form.append(name, value);
        else form.append(name, value, 'a.pdf');
      }

      const {status, body} = await visitor.call('POST', '/api/files/upload', {form});

      t.same([status, body['code'], body['faults']], [400, 'invalid_request', [{path, message}]]);
      t.same(await getStoredState(server), before);
      t.equal((await visitor.upload(makePdf())).status, 201, 'its slot is free');
    });
  }
});

t.test('active content is flagged, or rejected if the site requires it', async (t) => {
  const server = await startServer(t);
  const bytes = Buffer.from('%PDF-1.7\n1 0 obj << /S /J#61vaScript /JS (x) >> endobj\n%%EOF');

  const flagged = await (await Visitor.consenting(server.url)).upload(bytes);
  const [row] = await server.sql`select flags from file_uploads where id = ${flagged.body.file.id}`;
  t.same(row?.['flags'], ['javascript']);

  const strict = await startServer(t);
  await strict.sql`update sites set settings = '{"refuse_active_content": true}'`;
  const refused = await (await Visitor.consenting(strict.url)).upload(bytes);
  t.same([refused.status, refused.body.code], [422, 'active_content']);
  await assertNothingStored(t, strict);

  const words = [
    '<</Title (Senior TypeScript/JavaScript Developer)>>',
    '<</Length 60>>stream\n<pdf:Keywords>HTML/CSS/JS (ES6)</pdf:Keywords>\nendstream',
    '<</Length 26>>stream\nBT (React/JavaScript) Tj ET\nendstream',
  ];
  for (const word of words) {
    const file = Buffer.from(`%PDF-1.7\n1 0 obj ${word} endobj\n%%EOF`);
    const {status} = await (await Visitor.consenting(strict.url)).upload(file);
    t.equal(status, 201, word);
  }
});

function withJunk(bytes: number): Buffer {
  return Buffer.concat([Buffer.alloc(bytes, 'j'), makePdf()]);
}

async function readAnswer(socket: net.Socket): Promise<string> {
  const [bytes] = (await once(socket, 'data')) as [Buffer];
  return bytes.toString('latin1');
}

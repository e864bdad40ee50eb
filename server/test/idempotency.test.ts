import {randomUUID} from 'node:crypto';

import t from 'tap';

import type {FileList} from '../contract/files.js';
import {startPausedUpload} from './paused-upload.js';
import {makePdf} from './pdf.js';
import {startServer} from './start-server.js';
import {until} from './until.js';
import {Visitor} from './visitor.js';

t.test('a retry with the same Idempotency-Key is safe', async (t) => {
  const server = await startServer(t);

  await t.test('the same bytes get one file, stored once', async (t) => {
    const visitor = await Visitor.consenting(server.url);
    const bytes = makePdf(100_000);
    const key = randomUUID();

    const first = await visitor.upload(bytes, {key});
    const second = await visitor.upload(bytes, {key});

    t.same([first.status, second.status], [201, 200]);
    t.same(second.body.file, first.body.file);
    t.equal((await visitor.files()).length, 1);
  });

  await t.test('eight concurrent uploads become one file', async (t) => {
    const visitor = await Visitor.consenting(server.url);
    const bytes = makePdf(100_000);
    const key = randomUUID();

    const responses = await Promise.all(
      Array.from({length: 8}, () => visitor.upload(bytes, {key})),
    );

    t.equal(responses.filter(({status}) => status === 201).length, 1);
    t.equal(responses.filter(({status}) => status === 200).length, 7);
    t.equal((await visitor.files()).length, 1);
  });

  await t.test('other bytes are refused', async (t) => {
    const visitor = await Visitor.consenting(server.url);
    const key = randomUUID();
    await visitor.upload(makePdf(1_000), {key});

    const response = await visitor.upload(makePdf(1_001), {key});

    t.same([response.status, response.body.code], [422, 'idempotency_key_reused']);
    const text = await visitor.upload(Buffer.from('no PDF'), {key});
    t.same([text.status, text.body.code], [422, 'idempotency_key_reused']);
    t.equal((await visitor.files()).length, 1);
  });

  await t.test('a rule that was added later does not refuse a stored file', async (t) => {
    const visitor = await Visitor.consenting(server.url);
    const key = randomUUID();
    const bytes = Buffer.from('%PDF-1.7\n1 0 obj << /S /JavaScript /JS (x) >> endobj\n%%EOF');
    await visitor.upload(bytes, {key});
    await server.sql`update sites set settings = '{"refuse_active_content": true}'`;

    t.equal((await visitor.upload(bytes, {key})).status, 200);
    await server.sql`update sites set settings = '{}'`;
  });

  await t.test('after a deletion the key stores a new file', async (t) => {
    const visitor = await Visitor.consenting(server.url);
    const key = randomUUID();
    const {body} = await visitor.upload(makePdf(), {key});
    await visitor.call('DELETE', `/api/files/${body.file.id}`);

    t.equal((await visitor.upload(makePdf(), {key})).status, 201);
  });

  await t.test('the list of files contains the keys that a retry must wait for', async (t) => {
    const visitor = await Visitor.consenting(server.url);
    const list = async () => (await visitor.call<FileList>('GET', '/api/files')).body;
    const key = randomUUID();
    t.equal((await list()).uploading, undefined);

    const held = await startPausedUpload(visitor, makePdf(100_000), {'idempotency-key': key});
    await until(async () => (await list()).uploading !== undefined);
    t.same((await list()).uploading, [{idempotency_key: key}]);
    t.same((await list()).files, []);

    await server.sql`update file_uploads set leased_until = now() - interval '1 second'
      where idempotency_key = ${key}`;
    t.equal((await list()).uploading, undefined, 'a key with a lapsed lease is not listed');
    await server.sql`update file_uploads set leased_until = now() + interval '1 minute'
      where idempotency_key = ${key}`;
    t.equal((await held.finish()).status, 201);
    t.equal((await list()).uploading, undefined);
  });

  await t.test('files are listed in the order in which their uploads began', async (t) => {
    const visitor = await Visitor.consenting(server.url);
    const first = await startPausedUpload(visitor, makePdf(100_000));
    await until(
      async () =>
        (
          await server.sql`
      select from file_uploads where session_uuid = ${visitor.uuid}`
        ).length === 1,
    );
    await visitor.upload(makePdf(1_000), {name: 'second.pdf'});
    await first.finish();

    t.same(
      (await visitor.files()).map(({name}) => name),
      ['a.pdf', 'second.pdf'],
    );
  });
});

import {randomUUID} from 'node:crypto';

import t from 'tap';

import {makePdf} from './pdf.js';
import {startServer} from './start-server.js';
import {Visitor} from './visitor.js';

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
    const text = await visitor.upload(Buffer.from('no PDF'), {key});
    t.same([text.status, text.body.code], [422, 'idempotency_key_reused']);
    t.equal((await visitor.files()).length, 1);
  });

  await t.test('a rule that came later does not refuse what is stored', async (t) => {
    const visitor = await Visitor.consenting(server.url);
    const key = randomUUID();
    const bytes = Buffer.from('%PDF-1.7\n1 0 obj << /S /JavaScript /JS (x) >> endobj\n%%EOF');
    await visitor.upload(bytes, {key});
    await server.sql`update sites set settings = '{"refuse_active_content": true}'`;

    t.equal((await visitor.upload(bytes, {key})).status, 200);
    await server.sql`update sites set settings = '{}'`;
  });

  await t.test('after a deletion the key stores anew', async (t) => {
    const visitor = await Visitor.consenting(server.url);
    const key = randomUUID();
    const {body} = await visitor.upload(makePdf(), {key});
    await visitor.call('DELETE', `/api/files/${body.file.id}`);

    t.equal((await visitor.upload(makePdf(), {key})).status, 201);
  });
});

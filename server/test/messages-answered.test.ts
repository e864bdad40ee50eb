import t from 'tap';

import {listMessages, sendMessage} from './message-calls.js';
import {startServer} from './start-server.js';
import {until} from './until.js';
import {Visitor} from './visitor.js';

t.test('a responder’s message', async (t) => {
  const server = await startServer(t);
  const {messageService} = server;
  const named = {role: 'maria', clientId: 'answer-1'} as const;

  await t.test('is stored once, and the visitor’s message is reported once', async (t) => {
    const visitor = await Visitor.consenting(server.url);
    const heard: string[] = [];
    const stop = messageService.onVisitorMessage(({uuid, siteKey, message}) => {
      heard.push(`${uuid} ${siteKey} ${message.body}`);
    });
    await sendMessage(visitor, {client_id: '1', body: 'Hello?'});
    await sendMessage(visitor, {client_id: '1', body: 'Hello?'});
    stop();
    t.same(heard, [`${visitor.uuid} demo Hello?`]);

    const said = await messageService.writeMessage(visitor.uuid, {...named, body: 'Hello!'});
    const again = await messageService.writeMessage(visitor.uuid, {...named, body: 'Hello again!'});

    t.same(again, said);
    t.match((await listMessages(visitor)).messages, [
      {role: 'visitor'},
      {role: 'maria', body: 'Hello!'},
    ]);
    t.same(await messageService.getHistory(visitor.uuid, 1), [said]);
  });

  await t.test('arrives in pieces, and is started once', async (t) => {
    const visitor = await Visitor.consenting(server.url);
    const running = await messageService.startMessage(visitor.uuid, named);
    t.equal(await messageService.startMessage(visitor.uuid, named), undefined);
    t.match((await listMessages(visitor)).messages, [{state: 'running', body: ''}]);

    running?.delta('One, ');
    running?.delta('two.');
    await running?.complete();

    t.match((await listMessages(visitor)).messages, [{state: 'complete', body: 'One, two.'}]);
    t.equal(await running?.complete('Three.'), undefined, 'a message is completed once');
  });

  await t.test('has its partial text stored while it is running', async (t) => {
    const visitor = await Visitor.consenting(server.url);
    const running = await messageService.startMessage(visitor.uuid, named);
    const isKept = async (body: string) => (await listMessages(visitor)).messages[0]?.body === body;

    running?.delta('One, ');
    await until(() => isKept('One, '), 5_000);
    running?.delta('two.');
    await until(() => isKept('One, two.'), 5_000);

    t.match((await listMessages(visitor)).messages, [{state: 'running'}]);
    await running?.fail();
  });

  await t.test('fails automatically when its server has died', async (t) => {
    const visitor = await Visitor.consenting(server.url);
    const running = await messageService.startMessage(visitor.uuid, named);
    await messageService.failLapsed();
    t.match(
      (await listMessages(visitor)).messages,
      [{state: 'running'}],
      'a valid lease keeps it running',
    );

    await server.sql`
      update messages set leased_until = now() - interval '1 second', body = 'So far'
      where session_uuid = ${visitor.uuid}`;
    await messageService.failLapsed();

    t.match((await listMessages(visitor)).messages, [{state: 'failed', body: 'So far'}]);
    t.equal(await running?.complete(), undefined);
  });

  await t.test('is not stored where nothing may be stored', async (t) => {
    const visitor = await Visitor.arrive(server.url);
    const say = () => messageService.writeMessage(visitor.uuid, {...named, body: 'Hello'});
    await t.rejects(say(), {code: 'session_gone'}, 'the UUID has no visit yet');
    await visitor.consent({personal_data: false});
    await t.rejects(say(), {code: 'consent_required'});
    await visitor.consent({personal_data: true});
    const running = await messageService.startMessage(visitor.uuid, named);
    await visitor.call('DELETE', '/api/session');
    await t.rejects(say(), {code: 'session_gone'});
    t.equal(await running?.complete('Too late'), undefined);
  });
});

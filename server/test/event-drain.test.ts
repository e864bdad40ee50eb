import {once} from 'node:events';

import t from 'tap';

import type {Subscribe} from './event-subscribers.js';
import {TRANSPORTS, subscribeWithSse, untilReceived} from './event-subscribers.js';
import {makePdf} from './pdf.js';
import {startProcessBeside} from './server-process.js';
import {startServer} from './start-server.js';
import {Visitor} from './visitor.js';

t.test('a server that stops', async (t) => {
  const server = await startServer(t);
  const {child, url} = await startProcessBeside(t, server);
  const visitor = await Visitor.consenting(url);
  const subscribers = Object.values(TRANSPORTS).map((open: Subscribe) => open(visitor));
  t.teardown(() => {
    for (const subscriber of subscribers) subscriber.close();
  });
  await visitor.upload(makePdf());
  for (const subscriber of subscribers) await untilReceived(subscriber, 1);
  const exit = once(child, 'exit') as Promise<[number | null]>;

  child.kill('SIGTERM');

  await t.test('ends its streams so that their clients reconnect', async (t) => {
    const [stream, polls, socket] = await Promise.all(subscribers.map(({ended}) => ended));
    t.equal(stream, 'end', 'the stream is not aborted');
    t.equal(polls, 'TypeError', 'the poll got a response, and the next one fails');
    t.equal(socket, '1001');
  });

  await t.test('exits without a second signal', async (t) => {
    t.equal((await exit)[0], 0);
  });

  await t.test('lets another server continue its streams', async (t) => {
    const there = visitor.at(server.url);
    const subscriber = subscribeWithSse(there, {after: 1});
    t.teardown(() => subscriber.close());
    await there.upload(makePdf());
    t.match(await untilReceived(subscriber, 1), [{seq: 2, type: 'file_upload_complete'}]);
  });
});

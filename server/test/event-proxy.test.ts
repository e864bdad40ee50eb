import {setTimeout as sleep} from 'node:timers/promises';

import t from 'tap';

import {testEventTransport} from './event-transport.js';
import {
  subscribeWithLongPoll,
  subscribeWithWebSocket,
  subscribeWithSse,
  untilReceived,
} from './event-subscribers.js';
import {nginxMissing, startNginx, startReadmeNginx} from './nginx.js';
import {makePdf} from './pdf.js';
import {startServer} from './start-server.js';
import {until} from './until.js';
import {Visitor} from './visitor.js';

t.test('behind nginx with its default settings', {skip: nginxMissing}, async (t) => {
  const server = await startServer(t);
  const url = await startNginx(t, server.url);

  for (const [way, open] of Object.entries({
    'a stream': subscribeWithSse,
    'a long poll': subscribeWithLongPoll,
  })) {
    await t.test(`${way} fulfils its contract`, async (t) => {
      await testEventTransport(t, {server, url, open});
    });
  }

  await t.test('only because the stream disables buffering', async (t) => {
    const deaf = await startNginx(t, server.url, 'proxy_ignore_headers X-Accel-Buffering;');
    const visitor = await Visitor.consenting(url);
    const held = subscribeWithSse(visitor.at(deaf));
    const free = subscribeWithSse(visitor);
    t.teardown(() => {
      held.close();
      free.close();
    });
    await until(() => server.live.countSubscribers(visitor.uuid) === 2);
    await visitor.upload(makePdf());
    await untilReceived(free, 1);
    await sleep(500);
    t.same(held.events, [], 'nginx buffers the events');
    await visitor.call('DELETE', '/api/session');
    await untilReceived(held, 2);
    t.equal(await held.ended, 'end', 'nginx sends the events when the stream ends');
  });

  await t.test('a WebSocket is refused with a reason', async (t) => {
    const visitor = await Visitor.consenting(url);
    t.equal(await subscribeWithWebSocket(visitor).ended, '426');
  });

  await t.test('a WebSocket fulfils its contract if nginx forwards it', async (t) => {
    const passing = await startReadmeNginx(t, server);
    await testEventTransport(t, {server, url: passing, open: subscribeWithWebSocket});
    const visitor = await Visitor.consenting(passing);
    t.equal((await visitor.upload(makePdf())).status, 201);
    t.equal((await fetch(`${passing}/metrics`)).status, 404);
  });
});

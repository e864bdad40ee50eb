import {once} from 'node:events';
import net from 'node:net';
import {setTimeout as sleep} from 'node:timers/promises';

import t from 'tap';

import {startServer} from './start-server.js';
import type {TestServer} from './start-server.js';
import {until} from './until.js';
import {Visitor} from './visitor.js';

const ERROR = 50;
const CLIENTS = 40;

const headOf = (method: string, path: string, headers: Record<string, string | number> = {}) =>
  `${method} ${path} HTTP/1.1\r\n${Object.entries({host: 'a', ...headers})
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('')}\r\n`;

/** Sends a whole request and resets the connection at once. */
const sendAndReset = async ({config}: TestServer, text: string): Promise<void> => {
  const socket = net.connect(config.port, '127.0.0.1');
  await once(socket, 'connect');
  socket.write(text, () => socket.resetAndDestroy());
  await once(socket, 'close');
};

t.test('a client that resets its connection stays within its limits', async (t) => {
  const server = await startServer(t, {
    settings: {TRUST_PROXY: '10.0.0.1', RATE_LIMIT_PER_MINUTE: '1000'},
  });
  const visitors = await Promise.all(
    Array.from({length: CLIENTS}, () => Visitor.consenting(server.url)),
  );
  let handled = 0;
  server.app.server.on('request', () => handled++);

  await Promise.all(
    visitors.map(({credentials}, i) => {
      const body = JSON.stringify({name: 'Anna', email: `anna${i}@example.com`});
      const headers = {
        ...credentials,
        'content-type': 'application/json',
        'content-length': body.length,
      };
      return sendAndReset(server, headOf('PUT', '/api/session/contact', headers) + body);
    }),
  );
  await Promise.all(
    Array.from({length: CLIENTS}, () => sendAndReset(server, headOf('GET', '/nothing'))),
  );
  // What arrived before the reset is on its way through the server.
  let before = -1;
  await until(async () => {
    const isQuiet = handled === before;
    before = handled;
    await sleep(500);
    return isQuiet;
  });

  const sessions = await server.sql`select from user_sessions where ip_address is null`;
  t.equal(sessions.length, 0, 'each contact has the address of its client');
  const rows = await server.sql`select from audit_logs where ip_address is null`;
  t.equal(rows.length, 0, 'and each row of the trail');
  t.same(
    server.logged.filter(({level}) => (level as number) >= ERROR),
    [],
  );
});

t.test('a request on an open connection is served while the server closes', async (t) => {
  const server = await startServer(t);
  const accepted = once(server.app.server, 'connection');
  const socket = net.connect(server.config.port, '127.0.0.1');
  await accepted;
  let text = '';
  socket.on('data', (chunk) => (text += chunk.toString('latin1')));
  const closed = once(socket, 'close');

  server.drain();
  const closing = server.app.close();
  await until(() => !server.app.server.listening);
  socket.write(headOf('GET', '/api/sites/demo/config'));
  await Promise.all([closing, closed]);

  t.match(text, /^HTTP\/1\.1 200 OK\r\n/);
  for (const header of [
    /access-control-allow-origin: \*/i,
    /x-request-id: /i,
    /connection: close/i,
  ]) {
    t.match(text, header);
  }
  t.match(text, '"site":"demo"');
});

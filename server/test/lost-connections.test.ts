import {once} from 'node:events';
import net from 'node:net';
import {setTimeout as sleep} from 'node:timers/promises';
import {Worker} from 'node:worker_threads';

import t from 'tap';

import {startServer} from './start-server.js';
import type {TestServer} from './start-server.js';
import {until} from './until.js';

const ERROR = 50;
/** Number of requests. It is above the limit of one client network. */
const CLIENTS = 30;
const PATIENCE_MS = 10_000;
const SETTLED_MS = 1_000;

const getHead = (method: string, path: string, headers: Record<string, string | number> = {}) =>
  `${method} ${path} HTTP/1.1\r\n${Object.entries({host: 'a', ...headers})
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('')}\r\n`;

/**
 * Opens connections, sends a request on each, resets them, and reports the end in shared memory.
 */
const SENDER = `
  const {parentPort, workerData: {port, texts, go, done}} = require('node:worker_threads');
  const net = require('node:net');
  parentPort.postMessage('ready');
  Atomics.wait(go, 0, 0);
  let left = texts.length;
  for (const text of texts) {
    const socket = net.connect(port, '127.0.0.1', () => {
      socket.write(text, () => socket.resetAndDestroy());
    });
    socket.on('error', () => undefined);
    socket.once('close', () => {
      if (--left > 0) return;
      Atomics.store(done, 0, 1);
      Atomics.notify(done, 0);
    });
  }
`;

/**
 * Sends the texts and resets the connections while the server is blocked. The server then has the
 * bytes, but no IP address.
 */
const sendAndReset = async ({config}: TestServer, texts: string[]): Promise<void> => {
  const [go, done] = [shared(), shared()];
  const worker = new Worker(SENDER, {eval: true, workerData: {port: config.port, texts, go, done}});
  const ended = once(worker, 'exit');
  await once(worker, 'message');
  Atomics.store(go, 0, 1);
  Atomics.notify(go, 0);
  Atomics.wait(done, 0, 0, PATIENCE_MS);
  await ended;
};

const shared = () => new Int32Array(new SharedArrayBuffer(4));

t.test('a client that resets its connection leaves no limit behind', async (t) => {
  const settings = {TRUST_PROXY: '10.0.0.1', RATE_LIMIT_PER_MINUTE: '1'};
  const server = await startServer(t, {settings});
  const addresses: (string | undefined)[] = [];
  server.app.server.on('request', ({socket}) => addresses.push(socket.remoteAddress));
  const texts = Array.from({length: CLIENTS}, () => getHead('GET', '/nothing'));
  texts.push(getHead('POST', '/api/session/generate-uuid'));

  await sendAndReset(server, texts);
  await until(() => addresses.length === texts.length);
  await sleep(SETTLED_MS);

  t.ok(addresses.includes(undefined), 'some connections no longer have an IP address');
  const rows = await server.sql`select event_type from audit_logs where ip_address is null`;
  t.same([...rows], [], 'no row is recorded without the client’s IP address');
  t.same(
    server.logLines.filter(({level}) => (level as number) >= ERROR),
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
  socket.write(getHead('GET', '/api/sites/demo/config'));
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

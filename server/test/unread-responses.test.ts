import net from 'node:net';

import t from 'tap';

import {retryWhileBusy} from './retry-while-busy.js';
import {startServer} from './start-server.js';
import type {TestServer} from './start-server.js';
import {until} from './until.js';
import {Visitor} from './visitor.js';

const MESSAGES = 10;
/** Size of a message; all messages together exceed the buffers of a connection. */
const MESSAGE_BYTES = 800_000;
const MAX_CONNECTIONS = 10;
const NEVER_MS = 600_000;
const LIMITS = {baseMs: NEVER_MS, bytesPerSecond: 8_192, unreadBytes: 1e9, intervalMs: 50};

/** Creates a session with a list of messages that is several megabytes long. */
const talkative = async ({url, sql}: TestServer): Promise<Visitor> => {
  const visitor = await Visitor.consenting(url);
  await sql`
    insert into messages (session_uuid, client_id, role, body, state)
    select ${visitor.uuid}, 'm' || n, 'maria', repeat('x', ${MESSAGE_BYTES}), 'complete'
    from generate_series(1, ${MESSAGES}) n`;
  return visitor;
};

/** Requests all messages and reads nothing of the response. */
const askWithoutReading = ({config}: TestServer, {credentials}: Visitor): net.Socket => {
  const socket = net.connect(config.port, '127.0.0.1');
  socket.on('error', () => undefined);
  const lines = Object.entries({host: 'a', ...credentials}).map(
    ([name, value]) => `${name}: ${value}`,
  );
  socket.write(`GET /api/messages HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`);
  return socket;
};

/** Collects the server's side of each connection that is opened from now on. */
const getPeers = ({app}: TestServer): net.Socket[] => {
  const peers: net.Socket[] = [];
  app.server.on('connection', (peer: net.Socket) => peers.push(peer));
  return peers;
};

const closed = (peers: net.Socket[]): number => peers.filter(({destroyed}) => destroyed).length;

t.test('a client that reads its response too slowly is disconnected', async (t) => {
  const responses = {...LIMITS, baseMs: 1_000, bytesPerSecond: 1e9};
  const server = await startServer(t, {deps: {responses}});
  const visitor = await talkative(server);
  const peers = getPeers(server);

  askWithoutReading(server, visitor);

  await until(() => closed(peers) === 1);
  const {status} = await retryWhileBusy(() => visitor.session());
  t.equal(status, 200, 'other clients are served');
});

t.test('clients that read nothing use a limited amount of memory', async (t) => {
  const unreadBytes = 2.5 * MESSAGES * MESSAGE_BYTES;
  const server = await startServer(t, {deps: {responses: {...LIMITS, unreadBytes}}});
  const visitor = await talkative(server);
  const peers = getPeers(server);
  const waiting = () => peers.filter(({writableLength}) => writableLength > 0);

  const sockets = [askWithoutReading(server, visitor), askWithoutReading(server, visitor)];
  await until(() => waiting().length === 2);
  t.equal(closed(peers), 0, 'two are within the limit');
  // A busy server may refuse some of them.
  await until(() => {
    if (sockets.length < MAX_CONNECTIONS) sockets.push(askWithoutReading(server, visitor));
    return closed(peers) > 0;
  });
  for (const socket of sockets) socket.destroy();
  await until(() => closed(peers) === peers.length);

  const {status, body} = await retryWhileBusy(() =>
    visitor.call<{messages: unknown[]}>('GET', '/api/messages'),
  );
  t.same([status, body.messages.length], [200, MESSAGES], 'a client that reads gets all of it');
});

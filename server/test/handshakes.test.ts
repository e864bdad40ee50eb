import net from 'node:net';

import t from 'tap';

import type {ErrorBody} from '../contract/common.js';
import {startServer} from './start-server.js';
import {until} from './until.js';
import {Visitor} from './visitor.js';

const KEY = 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==';
const VERSION = 'Sec-WebSocket-Version: 13';
const UPGRADE = ['Connection: Upgrade', 'Upgrade: websocket'];
const SOCKET = 'GET /api/events/ws HTTP/1.1';
const HOST = 'Host: localhost';

/** Longer than the test, so that only the refusal itself closes the connection. */
const RESPONSES = {baseMs: 600_000, bytesPerSecond: 1, unreadBytes: 1e9, intervalMs: 1_000};

const open = (url: string) => {
  const socket = net.connect(Number(new URL(url).port), '127.0.0.1');
  const state = {text: '', isClosed: false};
  socket.on('data', (chunk) => (state.text += chunk.toString('latin1')));
  socket.on('close', () => (state.isClosed = true));
  const send = (lines: string[]) => socket.write(`${lines.join('\r\n')}\r\n\r\n`);
  return {socket, state, send};
};

/** Sends a head, and returns the response as soon as the server has closed the connection. */
const refusalOf = async (url: string, lines: string[]) => {
  const {state, send} = open(url);
  send(lines);
  await until(() => state.isClosed);
  const [head = '', body = ''] = state.text.split('\r\n\r\n');
  return {head: head.toLowerCase(), body: JSON.parse(body) as ErrorBody};
};

t.test('the refusal of an upgrade has an error body and closes the connection', async (t) => {
  const server = await startServer(t, {deps: {responses: RESPONSES}});
  const cookies = `Cookie: ${'c'.repeat(40_000)}`;
  const refused: [string, string[], number, string, RegExp][] = [
    ['no key', [SOCKET, HOST, ...UPGRADE, VERSION], 400, 'invalid_request', /Sec-WebSocket-Key/],
    [
      'a short key',
      [SOCKET, HOST, ...UPGRADE, VERSION, 'Sec-WebSocket-Key: abc'],
      400,
      'invalid_request',
      /Sec-WebSocket-Key/,
    ],
    [
      'no version',
      [SOCKET, HOST, ...UPGRADE, KEY],
      400,
      'invalid_request',
      /Sec-WebSocket-Version/,
    ],
    [
      'an unreadable subprotocol',
      [SOCKET, HOST, ...UPGRADE, KEY, VERSION, 'Sec-WebSocket-Protocol: ,'],
      400,
      'invalid_request',
      /Sec-WebSocket-Protocol/,
    ],
    [
      'another method',
      [SOCKET.replace('GET', 'POST'), HOST, ...UPGRADE, KEY, VERSION],
      405,
      'method_not_allowed',
      /GET/,
    ],
    ['no host', [SOCKET, ...UPGRADE, KEY, VERSION], 400, 'invalid_request', /Host/],
    [
      'too many headers',
      [SOCKET, HOST, ...UPGRADE, KEY, VERSION, cookies],
      431,
      'headers_too_large',
      /32 KiB/,
    ],
    [
      'a CONNECT',
      ['CONNECT example.com:443 HTTP/1.1', 'Host: example.com:443'],
      405,
      'method_not_allowed',
      /CONNECT/,
    ],
  ];
  for (const [what, lines, status, code, message] of refused) {
    await t.test(what, async (t) => {
      const {head, body} = await refusalOf(server.url, lines);
      t.match(head, new RegExp(`^http/1\\.1 ${status} `));
      t.match(head, /content-type: application\/json/);
      t.match(head, /connection: close/);
      t.match(body, {code, message});
      t.match(head, `x-request-id: ${body.request_id.toLowerCase()}`);
    });
  }
});

t.test('a request that only names an upgrade keeps its connection', async (t) => {
  const server = await startServer(t);
  for (const lines of [
    ['Connection: Upgrade', 'Upgrade: h2c'],
    ['Connection: keep-alive', 'Upgrade: websocket'],
  ]) {
    const {socket, state, send} = open(server.url);
    for (const count of [1, 2]) {
      send([SOCKET, HOST, ...lines]);
      await until(() => state.text.match(/HTTP\/1\.1 426 /g)?.length === count);
    }
    t.notOk(state.isClosed);
    socket.destroy();
  }
});

t.test('a client that resets its connection after CONNECT does not end the server', async (t) => {
  const server = await startServer(t);
  const {socket, send} = open(server.url);
  send(['CONNECT example.com:443 HTTP/1.1', 'Host: example.com:443']);
  socket.resetAndDestroy();
  await until(async () => (await fetch(`${server.url}/healthz`)).status === 200);
});

t.test('a CONNECT during a response does not write into it', async (t) => {
  const server = await startServer(t);
  const visitor = await Visitor.consenting(server.url);
  const {state, send} = open(server.url);
  const credentials = Object.entries(visitor.credentials).map((header) => header.join(': '));
  send(['GET /api/events HTTP/1.1', HOST, ...credentials]);
  await until(() => state.text.includes('retry:'));
  send(['CONNECT example.com:443 HTTP/1.1', 'Host: example.com:443']);
  await until(() => state.isClosed);
  t.notMatch(state.text, /405/);
});

import {EventEmitter} from 'node:events';
import type {IncomingMessage, Server} from 'node:http';
import type {Duplex} from 'node:stream';

/** Headers of an upgrade, which are removed if the upgrade is ignored. */
const UPGRADE_HEADERS = ['upgrade', 'http2-settings'];

/**
 * Returns an emitter of the WebSocket upgrades at one path. As soon as there is a listener, Node
 * also treats every other request with an upgrade header as an upgrade, without its body. Some
 * programs offer HTTP/2 with each request. RFC 9110 allows servers to ignore the offer.
 */
export const createUpgradeEmitter = (server: Server, path: string): Server => {
  const upgrades = new EventEmitter();
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const {url = '', headers} = request;
    const isOurs = url.split('?')[0] === path && /^websocket$/i.test(headers.upgrade ?? '');
    if (isOurs) upgrades.emit('upgrade', request, socket, head);
    else replayWithoutUpgrade(server, request, {socket, head});
  });
  return upgrades as Server;
};

/** Lets the server parse the request again, without its upgrade headers. Its body still follows. */
const replayWithoutUpgrade = (
  server: Server,
  {method = '', url = '', httpVersion, rawHeaders}: IncomingMessage,
  {socket, head}: {socket: Duplex; head: Buffer},
): void => {
  const lines = [`${method} ${url} HTTP/${httpVersion}`];
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const [name = '', value = ''] = rawHeaders.slice(i, i + 2);
    if (name.toLowerCase() === 'connection') lines.push(`${name}: ${withoutUpgrade(value)}`);
    else if (!UPGRADE_HEADERS.includes(name.toLowerCase())) lines.push(`${name}: ${value}`);
  }
  // Node decodes the head of a request as Latin-1.
  socket.unshift(Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), head]));
  server.emit('connection', socket);
};

const withoutUpgrade = (connection: string): string =>
  connection
    .split(',')
    .map((token) => token.trim())
    .filter((token) => !UPGRADE_HEADERS.includes(token.toLowerCase()))
    .join(', ') || 'keep-alive';

import {EventEmitter} from 'node:events';
import type {IncomingMessage, Server} from 'node:http';
import type {Duplex} from 'node:stream';

/** About the connection to the other protocol, which is not taken up. */
const OF_UPGRADE = ['upgrade', 'http2-settings'];

/**
 * Passes on the upgrades to WebSocket at one address, as events of what it gives back. Node would
 * take every other request that offers an upgrade for one as well, without its body, as soon as
 * anybody listens: programs offer HTTP/2 like that with each call. RFC 9110 lets us ignore it.
 */
export const webSocketUpgrades = (server: Server, path: string): Server => {
  const upgrades = new EventEmitter();
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const {url = '', headers} = request;
    const isOurs = url.split('?')[0] === path && /^websocket$/i.test(headers.upgrade ?? '');
    if (isOurs) upgrades.emit('upgrade', request, socket, head);
    else replayWithoutUpgrade(server, request, {socket, head});
  });
  return upgrades as Server;
};

/** The request comes in once more, without the offer; its body is still on its way. */
const replayWithoutUpgrade = (
  server: Server,
  {method = '', url = '', httpVersion, rawHeaders}: IncomingMessage,
  {socket, head}: {socket: Duplex; head: Buffer},
): void => {
  const lines = [`${method} ${url} HTTP/${httpVersion}`];
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const [name = '', value = ''] = rawHeaders.slice(i, i + 2);
    if (name.toLowerCase() === 'connection') lines.push(`${name}: ${withoutOffer(value)}`);
    else if (!OF_UPGRADE.includes(name.toLowerCase())) lines.push(`${name}: ${value}`);
  }
  // Node reads the bytes of a head as Latin-1.
  socket.unshift(Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), head]));
  server.emit('connection', socket);
};

const withoutOffer = (connection: string): string =>
  connection
    .split(',')
    .map((token) => token.trim())
    .filter((token) => !OF_UPGRADE.includes(token.toLowerCase()))
    .join(', ') || 'keep-alive';

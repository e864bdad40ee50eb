// A bare WebSocket broadcast: every posted text goes to every connected client. It stores nothing,
// has no authentication, and runs in one process.
import http from 'node:http';
import {createRequire} from 'node:module';
import type {Duplex} from 'node:stream';

interface Server {
  clients: Set<{send: (text: string) => void}>;
  handleUpgrade: (
    request: http.IncomingMessage,
    socket: Duplex,
    head: Buffer,
    done: (client: object) => void,
  ) => void;
}

const require = createRequire(createRequire(import.meta.url).resolve('@fastify/websocket'));
const {WebSocketServer} = require('ws') as {WebSocketServer: new (options: object) => Server};
const sockets = new WebSocketServer({noServer: true});

const server = http.createServer((request, response) => {
  let body = '';
  request.setEncoding('utf8');
  request.on('data', (text: string) => (body += text));
  request.on('end', () => {
    for (const client of sockets.clients) client.send(body);
    response.end();
  });
});
server.on('upgrade', (request, socket, head) => {
  sockets.handleUpgrade(request, socket, head, () => undefined);
});
server.listen(Number(process.env['PORT']));

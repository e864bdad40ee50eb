import {once} from 'node:events';
import {createServer} from 'node:http';

/**
 * Starts the server of a site that replies to messages. `script` has the pieces of its next reply.
 * A promise among them is awaited, and a number is the HTTP status of an error.
 */
export async function startResponder() {
  const responder = {script: []};
  const server = createServer((request, response) => {
    request.resume().on('end', () => void answer(response, responder.script));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const host = `127.0.0.1:${server.address().port}`;
  responder.env = {
    RESPONDER: 'webhook',
    RESPONDER_URL: `http://${host}/`,
    RESPONDER_SECRET: `whsec_${Buffer.alloc(32, 'gallery').toString('base64')}`,
    ALLOW_PRIVATE_HOSTS: host,
  };
  responder.stop = () => {
    server.closeAllConnections();
    server.close();
  };
  return responder;
}

async function answer(response, script) {
  if (typeof script[0] === 'number') return response.writeHead(script[0]).end();
  response.writeHead(200, {'Content-Type': 'application/x-ndjson'});
  response.flushHeaders();
  for (const bit of script) {
    if (typeof bit === 'string') response.write(`${JSON.stringify({text: bit})}\n`);
    else await bit;
  }
  response.end();
}

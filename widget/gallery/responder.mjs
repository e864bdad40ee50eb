import {once} from 'node:events';
import {createServer} from 'node:http';

/**
 * Who answers what visitors write: a server of a site's own. `script` holds what it says next, bit by
 * bit; a promise among the bits is waited for, and a number is the status of a refusal.
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

// Receiver for turns and webhooks of Maria Chat. It needs only Node:
//
//   SECRETS=whsec_…,whsec_… node examples/receiver.mjs
//
// SECRETS contains RESPONDER_SECRET, the secret of each webhook, or both, separated by commas.
import {createHmac, timingSafeEqual} from 'node:crypto';
import {createServer} from 'node:http';

const {SECRETS = '', HOST = '127.0.0.1', PORT = '9000'} = process.env;
const MAX_BODY_BYTES = 1024 * 1024;
const MAX_AGE_SECONDS = 300;

const keys = [...SECRETS.matchAll(/whsec_([\w+/]+=*)/g)].map(([, key]) =>
  Buffer.from(key, 'base64'),
);
if (keys.length === 0) {
  console.error('SECRETS has no secret. Expected whsec_… Set SECRETS, then start again.');
  process.exit(2);
}

/** Returns whether Maria Chat has signed this body with one of the secrets, and recently. */
const isSigned = ({headers}, body) => {
  const {
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': list = '',
  } = headers;
  const ageSeconds = Math.abs(Date.now() / 1000 - Number(timestamp));
  // Not `>=`, because the age is NaN without a timestamp.
  if (!(ageSeconds < MAX_AGE_SECONDS)) return false;
  const signatures = list
    .split(' ')
    .filter((item) => item.startsWith('v1,'))
    .map((item) => Buffer.from(item.slice('v1,'.length), 'base64'));
  return keys.some((key) => {
    const expected = createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest();
    return signatures.some(
      (signature) => signature.length === expected.length && timingSafeEqual(signature, expected),
    );
  });
};

const readBody = async (request) => {
  const chunks = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) throw new Error(`A body is longer than ${MAX_BODY_BYTES} bytes.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
};

const respond = async (request, response) => {
  const body = await readBody(request);
  if (!isSigned(request, body)) {
    response.writeHead(401).end();
    return;
  }
  const {type, input, data} = JSON.parse(body.toString());
  if (type === 'turn') {
    response.writeHead(200, {'content-type': 'application/json'});
    response.end(JSON.stringify({text: `You said: ${input.text}`}));
    return;
  }
  // A real receiver stores the `webhook-id`, and skips an event that it has seen before.
  // The test event has no session, so that it has no reference.
  console.log(type, data.reference ?? data.webhook);
  response.writeHead(204).end();
};

createServer((request, response) => {
  respond(request, response).catch((error) => {
    console.error(error.message);
    response.destroy();
  });
}).listen(Number(PORT), HOST, () => {
  console.log(`Waiting for Maria Chat at http://${HOST}:${PORT}/`);
});

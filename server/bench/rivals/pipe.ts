// The minimum cost of an upload: the body of one request becomes the body of the next.
import {createHash, randomUUID} from 'node:crypto';
import {once} from 'node:events';
import {Agent, createServer, request as send} from 'node:http';
import type {IncomingMessage, ServerResponse} from 'node:http';
import {pipeline} from 'node:stream/promises';

import {PutObjectCommand, S3Client} from '@aws-sdk/client-s3';
import {getSignedUrl} from '@aws-sdk/s3-request-presigner';

import {BUCKET, CLIENT, PORT} from './store-client.js';

const client = new S3Client(CLIENT);
const agent = new Agent({keepAlive: true, maxSockets: 512});
const hashes = process.env['WITH_HASH'] === 'true';

const pass = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
  if (request.method !== 'PUT') {
    response.end();
    return;
  }
  const command = new PutObjectCommand({Bucket: BUCKET, Key: randomUUID()});
  const url = await getSignedUrl(client, command);
  const length = request.headers['content-length'];
  const put = send(url, {method: 'PUT', agent, headers: {'content-length': length}});
  const answered = once(put, 'response') as Promise<[IncomingMessage]>;
  const hash = hashes ? createHash('sha256') : undefined;
  if (hash) request.on('data', (chunk: Buffer) => hash.update(chunk));
  await pipeline(request, put);
  const [answer] = await answered;
  answer.resume();
  response.writeHead(answer.statusCode === 200 ? 201 : 502).end(hash?.digest('hex'));
};

createServer((request, response) => {
  pass(request, response).catch(() => response.destroy());
}).listen(PORT);

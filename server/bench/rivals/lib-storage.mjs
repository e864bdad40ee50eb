// The SDK's `Upload` for streams, behind Fastify and its multipart parser.
import {randomUUID} from 'node:crypto';

import {S3Client} from '@aws-sdk/client-s3';
import {Upload} from '@aws-sdk/lib-storage';
import multipart from '@fastify/multipart';
import Fastify from 'fastify';

import {BUCKET, CLIENT, PORT} from '../../../dist/server/bench/rivals/store-client.js';

const client = new S3Client(CLIENT);
const app = Fastify();
await app.register(multipart, {limits: {fileSize: 10 * 1024 * 1024}});

app.post('/upload', async (request, reply) => {
  const part = await request.file();
  await new Upload({
    client,
    params: {
      Bucket: BUCKET,
      Key: randomUUID(),
      Body: part?.file,
      ContentType: 'application/pdf',
    },
  }).done();
  return reply.code(201).send({});
});

await app.listen({port: PORT});

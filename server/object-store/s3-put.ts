import {Readable} from 'node:stream';

import {PutObjectCommand} from '@aws-sdk/client-s3';
import type {S3Client} from '@aws-sdk/client-s3';

import {PDF_CONTENT_TYPE} from '../contract/limits.js';
import {STALL_MS, Stopwatch, timeConsumer} from './deadlines.js';
import {exactly} from './exact-bytes.js';
import type {Bytes} from './object-store.js';
import {translate} from './s3-errors.js';

interface Put {
  bucket: string;
  key: string;
  bytes: Bytes;
  size: number;
  signal: AbortSignal;
}

const BUFFER_BYTES = 64 * 1024;

/**
 * One PutObject of a known length. S3 drops a body that breaks off, so destroying the request is
 * all it takes to leave nothing behind.
 */
export async function putExactly(client: S3Client, put: Put): Promise<void> {
  const {bucket, key, bytes, size, signal} = put;
  signal.throwIfAborted();
  const failure = new AbortController();
  const watch = new Stopwatch(STALL_MS, () =>
    failure.abort(new Error(`it took no byte for ${STALL_MS} ms`)),
  );
  const ended = AbortSignal.any([signal, failure.signal]);
  const body = await bodyOf(exactly(size, bytes, ended), size, watch);
  let sourceError: unknown;
  body.on('error', (error) => {
    if (!failure.signal.aborted) sourceError = error;
    failure.abort(error);
  });
  const command = new PutObjectCommand({
    Bucket: bucket,
    Key: key,
    Body: body,
    ContentLength: size,
    ContentType: PDF_CONTENT_TYPE,
  });
  try {
    await client.send(command, {abortSignal: ended});
  } catch (error) {
    // Without this an early refusal would keep its connection open for the rest of the body.
    failure.abort(error);
    if (sourceError && !signal.aborted) throw sourceError as Error;
    throw translate('put an object', failure.signal.reason, signal);
  } finally {
    watch.stop();
    body.destroy();
  }
}

async function bodyOf(bytes: Bytes, size: number, watch: Stopwatch): Promise<Readable> {
  // With nothing to hold back, the source has to prove itself before the request begins.
  if (size === 0) await drain(bytes);
  const body = size === 0 ? [] : timeConsumer(bytes, watch);
  return Readable.from(body, {objectMode: false, highWaterMark: BUFFER_BYTES});
}

async function drain(bytes: Bytes): Promise<void> {
  for await (const chunk of bytes) void chunk;
}

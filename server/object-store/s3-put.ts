import {Readable} from 'node:stream';

import {HeadBucketCommand, PutObjectCommand, S3ServiceException} from '@aws-sdk/client-s3';
import type {S3Client} from '@aws-sdk/client-s3';

import {PDF_CONTENT_TYPE} from '../contract/limits.js';
import {POLL_INTERVAL_MS, QUIET_MS, STALL_MS} from './deadlines.js';
import {requireExactLength} from './exact-bytes.js';
import {IdleTimer, timeConsumer} from './idle-timer.js';
import type {Bytes} from './object-store.js';
import {toStoreError} from './s3-errors.js';

interface Put {
  bucket: string;
  key: string;
  bytes: Bytes;
  size: number;
  signal: AbortSignal;
}

const BUFFER_BYTES = 64 * 1024;

/**
 * Sends one PutObject of a known length. S3 discards an incomplete body, so destroying the request
 * leaves no object.
 */
export async function putExactly(client: S3Client, put: Put): Promise<void> {
  const {bucket, key, bytes, size, signal} = put;
  signal.throwIfAborted();
  const failure = new AbortController();
  const watch = new StallWatch(
    () =>
      client.send(new HeadBucketCommand({Bucket: bucket}), {
        abortSignal: AbortSignal.timeout(POLL_INTERVAL_MS),
      }),
    (reason) => failure.abort(reason),
  );
  const ended = AbortSignal.any([signal, failure.signal]);
  const body = await createBody(requireExactLength(size, bytes, ended), size, watch);
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
    // Otherwise an early refusal keeps the connection open for the rest of the body.
    failure.abort(error);
    if (sourceError && !signal.aborted) throw sourceError as Error;
    throw toStoreError('put an object', failure.signal.reason, signal);
  } finally {
    watch.stop();
    body.destroy();
  }
}

/** Timers that end a put without progress: early if the store is down, late if it is only slow. */
class StallWatch {
  private readonly quiet: IdleTimer;
  private readonly stalled: IdleTimer;
  /** Counts starts and stops, so that a probe notices that bytes moved during it. */
  private generation = 0;

  constructor(probe: () => Promise<unknown>, end: (reason: Error) => void) {
    this.stalled = new IdleTimer(STALL_MS, () => {
      end(new Error(`it accepted no byte for ${STALL_MS} ms`));
    });
    this.quiet = new IdleTimer(QUIET_MS, () => {
      const {generation} = this;
      probe().catch((error: unknown) => {
        // The store is not down if it refused the probe, or if bytes moved during the probe.
        if (generation !== this.generation || error instanceof S3ServiceException) return;
        end(
          new Error(`it accepted no byte for ${QUIET_MS} ms and does not respond`, {cause: error}),
        );
      });
    });
  }

  start(): void {
    this.generation++;
    this.quiet.start();
    this.stalled.start();
  }

  stop(): void {
    this.generation++;
    this.quiet.stop();
    this.stalled.stop();
  }
}

async function createBody(bytes: Bytes, size: number, watch: StallWatch): Promise<Readable> {
  // An empty body has no last chunk to withhold, so the source must end before the request begins.
  if (size === 0) await drain(bytes);
  const body = size === 0 ? [] : timeConsumer(bytes, watch);
  return Readable.from(body, {objectMode: false, highWaterMark: BUFFER_BYTES});
}

async function drain(bytes: Bytes): Promise<void> {
  for await (const chunk of bytes) void chunk;
}

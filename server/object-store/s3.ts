import {Readable} from 'node:stream';

import {GetObjectCommand, HeadBucketCommand, HeadObjectCommand} from '@aws-sdk/client-s3';
import {getSignedUrl} from '@aws-sdk/s3-request-presigner';

import {createContentDisposition} from './attachment.js';
import {SMALL_CALL_MS, STALL_MS} from './deadlines.js';
import {IdleTimer, timeSource} from './idle-timer.js';
import {requireKey} from './keys.js';
import type {Bytes, Deletion, DownloadLink, ObjectPage, ObjectStore} from './object-store.js';
import {createS3Clients} from './s3-clients.js';
import type {S3Clients, S3Settings} from './s3-clients.js';
import {S3Deletions} from './s3-delete.js';
import {isAbsent, toBucketError, toStoreError} from './s3-errors.js';
import {listPages} from './s3-list.js';
import {abortMultipartUploads} from './s3-multipart.js';
import {putExactly} from './s3-put.js';

/** Object store in an S3-compatible bucket. Creates nothing except the objects that are put. */
export class S3Objects implements ObjectStore {
  private readonly bucket: string;
  private readonly clients: S3Clients;
  private readonly deletions: S3Deletions;

  constructor(settings: S3Settings) {
    this.bucket = settings.bucket;
    this.clients = createS3Clients(settings);
    this.deletions = new S3Deletions(this.clients.retrying, this.bucket);
  }

  async put(key: string, bytes: Bytes, size: number, signal: AbortSignal): Promise<void> {
    requireKey(key);
    await putExactly(this.clients.singleAttempt, {bucket: this.bucket, key, bytes, size, signal});
  }

  async get(key: string, signal: AbortSignal): Promise<Bytes | undefined> {
    requireKey(key);
    const stalled = new AbortController();
    const watch = new IdleTimer(SMALL_CALL_MS, () => {
      stalled.abort(new Error(`no response within ${SMALL_CALL_MS} ms`));
    });
    const abortSignal = AbortSignal.any([signal, stalled.signal]);
    const command = new GetObjectCommand({Bucket: this.bucket, Key: key});
    try {
      watch.start();
      const {Body} = await this.clients.reads.send(command, {abortSignal});
      return Body instanceof Readable ? readWithin(STALL_MS, Body, signal) : undefined;
    } catch (error) {
      if (isAbsent(error)) return undefined;
      throw toStoreError('get an object', stalled.signal.reason ?? error, signal);
    } finally {
      watch.stop();
    }
  }

  async head(key: string): Promise<{size: number} | undefined> {
    requireKey(key);
    const command = new HeadObjectCommand({Bucket: this.bucket, Key: key});
    try {
      const abortSignal = AbortSignal.timeout(SMALL_CALL_MS);
      const {ContentLength} = await this.clients.retrying.send(command, {abortSignal});
      return {size: ContentLength ?? 0};
    } catch (error) {
      if (isAbsent(error)) return undefined;
      throw toStoreError('look up an object', error);
    }
  }

  delete(keys: string[]): Promise<Deletion> {
    for (const key of keys) requireKey(key);
    return this.deletions.delete(keys);
  }

  list(prefix: string, startAfter?: string): AsyncIterable<ObjectPage> {
    return listPages(this.clients.retrying, {bucket: this.bucket, prefix, startAfter});
  }

  async createDownloadLink(
    key: string,
    options: {fileName: string; contentType: string; seconds: number},
  ): Promise<DownloadLink> {
    requireKey(key);
    const command = new GetObjectCommand({
      Bucket: this.bucket,
      Key: key,
      ResponseContentDisposition: createContentDisposition(options.fileName),
      ResponseContentType: options.contentType,
      ResponseCacheControl: 'private, no-store',
    });
    // Links are valid for about a minute by the store's clock, which can differ from our clock.
    const signingDate = this.clients.clock.now();
    const url = await getSignedUrl(this.clients.links, command, {
      expiresIn: options.seconds,
      signingDate,
    });
    return {url, expiresAt: new Date(signingDate.getTime() + options.seconds * 1000)};
  }

  abortStaleUploads(prefix: string, olderThan: Date): Promise<number> {
    return abortMultipartUploads(this.clients.retrying, {bucket: this.bucket, prefix, olderThan});
  }

  async check(): Promise<void> {
    const command = new HeadBucketCommand({Bucket: this.bucket});
    try {
      await this.clients.retrying.send(command, {abortSignal: AbortSignal.timeout(SMALL_CALL_MS)});
    } catch (error) {
      throw toBucketError(this.bucket, error);
    }
  }

  async close(): Promise<void> {
    this.clients.destroy();
  }
}

async function* readWithin(ms: number, body: Readable, signal: AbortSignal) {
  const watch = new IdleTimer(ms, () => body.destroy(new Error(`no byte received for ${ms} ms`)));
  try {
    yield* timeSource(body, watch);
  } catch (error) {
    throw toStoreError('get an object', error, signal);
  }
}

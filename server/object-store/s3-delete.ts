import {createHash} from 'node:crypto';

import {
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetBucketVersioningCommand,
  ListObjectVersionsCommand,
} from '@aws-sdk/client-s3';
import type {ListObjectVersionsCommandOutput, ObjectIdentifier, S3Client} from '@aws-sdk/client-s3';

import {splitIntoBatches} from './split-into-batches.js';
import {BATCH_CALL_MS, callWithin} from './deadlines.js';
import {StoreUnavailable, UnusableList} from './errors.js';
import type {Deletion} from './object-store.js';
import {isAbsent, isUnsupported, toStoreError} from './s3-errors.js';

type Failures = Map<string, string>;

/** Time for which a bucket counts as unversioned before the next check. */
const VERSIONING_CHECK_MS = 60_000;
/** Number of concurrent calls if each call deletes one object. */
const SINGLE_DELETIONS = 8;

export class S3Deletions {
  /** Whether the bucket was ever versioned. Never becomes false again, because versions remain. */
  private versioned = false;
  private versioningCheckedAt = -Infinity;
  private canDeleteMany = true;

  constructor(
    private readonly client: S3Client,
    private readonly bucket: string,
  ) {}

  async delete(keys: string[]): Promise<Deletion> {
    const wanted = [...new Set(keys)];
    const failures: Failures = new Map();
    for (const batch of splitIntoBatches(wanted)) {
      try {
        await this.deleteBatch(batch, failures);
      } catch (error) {
        const code = getErrorCode(toStoreError('delete objects', error));
        for (const key of batch) failures.set(key, code);
      }
    }
    return {
      deleted: wanted.filter((key) => !failures.has(key)),
      failed: [...failures].map(([key, code]) => ({key, code})),
    };
  }

  private async deleteBatch(keys: string[], failures: Failures): Promise<void> {
    const isVersioned = await this.isVersioned();
    const remaining = isVersioned ? keys : await this.deletePlainly(keys, failures);
    for (const key of remaining) await this.deleteVersions(key, failures);
  }

  /** Returns the keys that still have versions: versioning was enabled after the last check. */
  private async deletePlainly(keys: string[], failures: Failures): Promise<string[]> {
    const objects = keys.map((Key) => ({Key}));
    const hidden = await this.send(objects, failures);
    if (hidden.length > 0) this.versioned = true;
    return hidden;
  }

  /** Deletes every version of a key. A plain deletion would only hide the bytes of the versions. */
  private async deleteVersions(key: string, failures: Failures): Promise<void> {
    let page: ListObjectVersionsCommandOutput | undefined;
    do {
      const previous = page;
      const command = new ListObjectVersionsCommand({
        Bucket: this.bucket,
        Prefix: key,
        KeyMarker: page?.NextKeyMarker,
        VersionIdMarker: page?.NextVersionIdMarker,
      });
      page = await callWithin(BATCH_CALL_MS, (abortSignal) =>
        this.client.send(command, {abortSignal}),
      );
      const found = [...(page.Versions ?? []), ...(page.DeleteMarkers ?? [])];
      const own = found.filter(({Key}) => Key === key);
      const objects = own.map(({VersionId}) => ({Key: key, VersionId}));
      if (objects.length > 0) await this.send(objects, failures);
      // The prefix also matches longer keys, which are listed after all versions of this key.
      if (own.length < found.length) return;
      if (page.IsTruncated && isRepeated(page, previous)) {
        throw new UnusableList('lists object versions without end');
      }
    } while (page.IsTruncated);
  }

  /** Returns the keys whose bytes still exist behind a delete marker. */
  private async send(objects: ObjectIdentifier[], failures: Failures): Promise<string[]> {
    if (this.canDeleteMany) {
      try {
        return await this.sendMany(objects, failures);
      } catch (error) {
        if (!isUnsupported(error)) throw error;
        this.canDeleteMany = false;
      }
    }
    return this.sendSingly(objects, failures);
  }

  private async sendMany(objects: ObjectIdentifier[], failures: Failures): Promise<string[]> {
    const command = new DeleteObjectsCommand({Bucket: this.bucket, Delete: {Objects: objects}});
    useContentMd5(command);
    const {Deleted = [], Errors = []} = await callWithin(BATCH_CALL_MS, (abortSignal) =>
      this.client.send(command, {abortSignal}),
    );
    const reported = new Set(Deleted.map(({Key}) => Key));
    for (const {Key} of objects) if (!reported.has(Key)) failures.set(Key!, 'NotReported');
    for (const {Key, Code} of Errors) {
      if (Key && Code !== 'NoSuchKey') failures.set(Key, Code ?? 'Unknown');
      else if (Key) failures.delete(Key);
    }
    const isPlain = objects.every(({VersionId}) => VersionId === undefined);
    return isPlain ? Deleted.flatMap(({Key, DeleteMarker}) => (DeleteMarker && Key) || []) : [];
  }

  /** Deletes one object per call, for stores that do not support DeleteObjects. */
  private async sendSingly(objects: ObjectIdentifier[], failures: Failures): Promise<string[]> {
    const waiting = [...objects];
    const hidden: string[] = [];
    const work = async () => {
      for (let next = waiting.pop(); next; next = waiting.pop()) {
        const {Key = '', VersionId} = next;
        try {
          if ((await this.deleteOne(Key, VersionId)) && VersionId === undefined) hidden.push(Key);
        } catch (error) {
          if (!isAbsent(error))
            failures.set(Key, getErrorCode(toStoreError('delete an object', error)));
        }
      }
    };
    await Promise.all(Array.from({length: SINGLE_DELETIONS}, work));
    return hidden;
  }

  /** Returns whether the store wrote a delete marker. */
  private async deleteOne(Key: string, VersionId: string | undefined): Promise<boolean> {
    const command = new DeleteObjectCommand({Bucket: this.bucket, Key, VersionId});
    const {DeleteMarker = false} = await callWithin(BATCH_CALL_MS, (abortSignal) =>
      this.client.send(command, {abortSignal}),
    );
    return DeleteMarker;
  }

  private async isVersioned(): Promise<boolean> {
    const isDue = performance.now() - this.versioningCheckedAt >= VERSIONING_CHECK_MS;
    if (!this.versioned && isDue) {
      this.versioned = await this.fetchVersioning();
      this.versioningCheckedAt = performance.now();
    }
    return this.versioned;
  }

  private async fetchVersioning(): Promise<boolean> {
    const command = new GetBucketVersioningCommand({Bucket: this.bucket});
    try {
      const {Status} = await callWithin(BATCH_CALL_MS, (abortSignal) =>
        this.client.send(command, {abortSignal}),
      );
      // A bucket with suspended versioning still has its earlier versions.
      return Status !== undefined;
    } catch (error) {
      if (isUnsupported(error)) return false;
      throw error;
    }
  }
}

function isRepeated(
  page: ListObjectVersionsCommandOutput,
  previous: ListObjectVersionsCommandOutput | undefined,
): boolean {
  const {NextKeyMarker, NextVersionIdMarker} = page;
  if (NextKeyMarker === undefined) return true;
  return (
    NextKeyMarker === previous?.NextKeyMarker &&
    NextVersionIdMarker === previous.NextVersionIdMarker
  );
}

/** Replaces the SDK's newer checksum with Content-MD5, which compatible stores require. */
function useContentMd5(command: DeleteObjectsCommand): void {
  command.middlewareStack.add(
    (next) => async (args) => {
      const {headers, body} = args.request as {headers: Record<string, string>; body: string};
      for (const name of Object.keys(headers)) {
        if (/^x-amz-(sdk-)?checksum-/i.test(name)) delete headers[name];
      }
      headers['content-md5'] = createHash('md5').update(body).digest('base64');
      return next(args);
    },
    {step: 'build', priority: 'low', name: 'contentMd5'},
  );
}

function getErrorCode(error: unknown): string {
  if (error instanceof StoreUnavailable) return error.name;
  return error instanceof Error ? error.name : 'Unknown';
}

import {createHash} from 'node:crypto';

import {
  DeleteObjectsCommand,
  GetBucketVersioningCommand,
  ListObjectVersionsCommand,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import type {ListObjectVersionsCommandOutput, ObjectIdentifier, S3Client} from '@aws-sdk/client-s3';

import {batchesOf} from './batches.js';
import {BATCH_CALL_MS, callWithin} from './deadlines.js';
import {StoreUnavailable} from './errors.js';
import type {Deletion} from './object-store.js';
import {translate} from './s3-errors.js';

type Failures = Map<string, string>;

export class S3Deletions {
  private versioned: boolean | undefined;

  constructor(
    private readonly client: S3Client,
    private readonly bucket: string,
  ) {}

  async delete(keys: string[]): Promise<Deletion> {
    const wanted = [...new Set(keys)];
    const failures: Failures = new Map();
    for (const batch of batchesOf(wanted)) {
      try {
        await this.deleteBatch(batch, failures);
      } catch (error) {
        const code = codeOf(translate('delete objects', error));
        for (const key of batch) failures.set(key, code);
      }
    }
    return {
      deleted: wanted.filter((key) => !failures.has(key)),
      failed: [...failures].map(([key, code]) => ({key, code})),
    };
  }

  private async deleteBatch(keys: string[], failures: Failures): Promise<void> {
    if (!(await this.isVersioned())) {
      await this.send(
        keys.map((Key) => ({Key})),
        failures,
      );
      return;
    }
    for (const key of keys) await this.deleteVersions(key, failures);
  }

  /** In a versioned bucket a plain deletion only hides the bytes. */
  private async deleteVersions(key: string, failures: Failures): Promise<void> {
    let page: ListObjectVersionsCommandOutput | undefined;
    do {
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
      // The prefix also finds longer keys; they stand behind all versions of this one.
      if (own.length < found.length) return;
    } while (page.IsTruncated);
  }

  private async send(objects: ObjectIdentifier[], failures: Failures): Promise<void> {
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
  }

  private async isVersioned(): Promise<boolean> {
    this.versioned ??= await this.askVersioning();
    return this.versioned;
  }

  private async askVersioning(): Promise<boolean> {
    const command = new GetBucketVersioningCommand({Bucket: this.bucket});
    try {
      const {Status} = await callWithin(BATCH_CALL_MS, (abortSignal) =>
        this.client.send(command, {abortSignal}),
      );
      // A suspended bucket still holds the versions of the time before.
      return Status !== undefined;
    } catch (error) {
      if (error instanceof S3ServiceException && error.name === 'NotImplemented') return false;
      throw error;
    }
  }
}

/** Compatible stores demand Content-MD5 here; the SDK's newer checksum they do not know. */
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

function codeOf(error: unknown): string {
  if (error instanceof StoreUnavailable) return error.name;
  return error instanceof Error ? error.name : 'Unknown';
}

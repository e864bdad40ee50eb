import {AbortMultipartUploadCommand, ListMultipartUploadsCommand} from '@aws-sdk/client-s3';
import type {
  ListMultipartUploadsCommandOutput,
  MultipartUpload,
  S3Client,
} from '@aws-sdk/client-s3';

import {BATCH_CALL_MS} from './deadlines.js';
import {UnusableList} from './errors.js';
import {isAbsent, isUnsupported, toStoreError} from './s3-errors.js';

interface StaleUploads {
  bucket: string;
  prefix: string;
  olderThan: Date;
}

/** Returns the number of aborted uploads. We create none, but other programs may use the bucket. */
export async function abortMultipartUploads(
  client: S3Client,
  stale: StaleUploads,
): Promise<number> {
  let aborted = 0;
  try {
    for await (const upload of listUnfinished(client, stale)) {
      if (!upload.Initiated || upload.Initiated >= stale.olderThan) continue;
      if (await abort(client, stale.bucket, upload)) aborted += 1;
    }
  } catch (error) {
    // A store that does not support multipart uploads has none to abort.
    if (isUnsupported(error)) return aborted;
    throw toStoreError('abort unfinished uploads', error);
  }
  return aborted;
}

async function* listUnfinished(client: S3Client, {bucket, prefix}: StaleUploads) {
  let page: ListMultipartUploadsCommandOutput | undefined;
  do {
    const previous = page;
    page = await client.send(
      new ListMultipartUploadsCommand({
        Bucket: bucket,
        Prefix: prefix,
        KeyMarker: page?.NextKeyMarker,
        UploadIdMarker: page?.NextUploadIdMarker,
      }),
      {abortSignal: AbortSignal.timeout(BATCH_CALL_MS)},
    );
    yield* page.Uploads ?? [];
    if (page.IsTruncated && isRepeated(page, previous)) {
      throw new UnusableList('lists unfinished uploads without end');
    }
  } while (page.IsTruncated);
}

function isRepeated(
  page: ListMultipartUploadsCommandOutput,
  previous: ListMultipartUploadsCommandOutput | undefined,
): boolean {
  const {NextKeyMarker, NextUploadIdMarker} = page;
  if (NextKeyMarker === undefined) return true;
  return (
    NextKeyMarker === previous?.NextKeyMarker && NextUploadIdMarker === previous.NextUploadIdMarker
  );
}

async function abort(client: S3Client, bucket: string, upload: MultipartUpload): Promise<boolean> {
  const command = new AbortMultipartUploadCommand({
    Bucket: bucket,
    Key: upload.Key,
    UploadId: upload.UploadId,
  });
  try {
    await client.send(command, {abortSignal: AbortSignal.timeout(BATCH_CALL_MS)});
    return true;
  } catch (error) {
    if (isAbsent(error)) return false;
    throw error;
  }
}

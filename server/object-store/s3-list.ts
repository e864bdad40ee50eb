import {ListObjectsV2Command} from '@aws-sdk/client-s3';
import type {S3Client} from '@aws-sdk/client-s3';

import {MAX_BATCH_KEYS} from './batches.js';
import {BATCH_CALL_MS, callWithin} from './deadlines.js';
import type {ObjectPage, StoredObject} from './object-store.js';
import {translate} from './s3-errors.js';

interface Listing {
  bucket: string;
  prefix: string;
  startAfter: string | undefined;
}

/** Each page starts after the last key of the one before: no token that a restart would lose. */
export async function* listPages(client: S3Client, listing: Listing): AsyncGenerator<ObjectPage> {
  let startAfter = listing.startAfter;
  for (;;) {
    const page = await listPage(client, {...listing, startAfter});
    const {isLast} = page;
    startAfter = page.objects.at(-1)?.key;
    if (startAfter) yield page;
    if (isLast || !startAfter) return;
  }
}

async function listPage(
  client: S3Client,
  {bucket, prefix, startAfter}: Listing,
): Promise<ObjectPage> {
  const command = new ListObjectsV2Command({
    Bucket: bucket,
    Prefix: prefix,
    StartAfter: startAfter,
    MaxKeys: MAX_BATCH_KEYS,
    // XML cannot carry every character that a key can.
    EncodingType: 'url',
  });
  let serverTime = new Date();
  command.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      serverTime = dateOf(result.response) ?? serverTime;
      return result;
    },
    {step: 'deserialize', name: 'readDateHeader'},
  );
  try {
    const answer = await callWithin(BATCH_CALL_MS, (abortSignal) =>
      client.send(command, {abortSignal}),
    );
    const decode = answer.EncodingType === 'url' ? decodeKey : (key: string) => key;
    const objects: StoredObject[] = (answer.Contents ?? []).map((found) => ({
      key: decode(found.Key!),
      size: found.Size!,
      lastModified: found.LastModified!,
    }));
    return {objects, serverTime, isLast: !answer.IsTruncated};
  } catch (error) {
    throw translate('list objects', error);
  }
}

function dateOf(response: unknown): Date | undefined {
  const headers = (response as {headers?: Record<string, string>}).headers;
  return headers?.['date'] ? new Date(headers['date']) : undefined;
}

function decodeKey(key: string): string {
  return decodeURIComponent(key.replaceAll('+', ' '));
}

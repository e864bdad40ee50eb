import {ListObjectsV2Command} from '@aws-sdk/client-s3';
import type {S3Client} from '@aws-sdk/client-s3';

import {MAX_BATCH_KEYS} from './batches.js';
import {BATCH_CALL_MS, callWithin} from './deadlines.js';
import {UnusableList} from './errors.js';
import type {ObjectPage} from './object-store.js';
import {translate} from './s3-errors.js';

interface Listing {
  bucket: string;
  prefix: string;
  startAfter: string | undefined;
}

interface Page extends ObjectPage {
  /** First and last key that could be decoded. */
  first: string | undefined;
  last: string | undefined;
  token: string | undefined;
}

/** Stores may return a page without keys that is not the last, but not any number of them. */
const MAX_EMPTY_PAGES = 100;

/**
 * Throws `UnusableList` when the store's pages do not continue each other: such a list might never
 * end, or leave keys out.
 */
export async function* listPages(client: S3Client, listing: Listing): AsyncGenerator<ObjectPage> {
  let startAfter = listing.startAfter;
  let token: string | undefined;
  let emptyPages = 0;
  for (;;) {
    const page = await listPage(client, {...listing, startAfter}, token);
    const {first, last, objects, isLast} = page;
    if (first !== undefined && startAfter !== undefined && !isBehind(first, startAfter)) {
      throw new UnusableList('lists keys again that are not behind the last key of a page');
    }
    emptyPages = objects.length === 0 ? emptyPages + 1 : 0;
    if (objects.length > 0) yield page;
    if (isLast) return;
    // Tokens continue a list even where the last key of a page cannot be decoded.
    if (page.token === undefined && last === undefined) {
      throw new UnusableList('ends a list with a page that names neither keys nor a next page');
    }
    if ((page.token !== undefined && page.token === token) || emptyPages > MAX_EMPTY_PAGES) {
      throw new UnusableList('lists pages without end');
    }
    ({token} = page);
    startAfter = last ?? startAfter;
  }
}

/** Compares keys as S3 does, by their UTF-8 bytes. */
function isBehind(key: string, before: string): boolean {
  return Buffer.compare(Buffer.from(key), Buffer.from(before)) > 0;
}

async function listPage(
  client: S3Client,
  {bucket, prefix, startAfter}: Listing,
  token: string | undefined,
): Promise<Page> {
  const command = new ListObjectsV2Command({
    Bucket: bucket,
    Prefix: prefix,
    ...(token === undefined ? {StartAfter: startAfter} : {ContinuationToken: token}),
    MaxKeys: MAX_BATCH_KEYS,
    // XML cannot carry every character that a key can.
    EncodingType: 'url',
  });
  let serverTime = new Date();
  command.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      serverTime = getDate(result.response) ?? serverTime;
      return result;
    },
    {step: 'deserialize', name: 'readDateHeader'},
  );
  try {
    const answer = await callWithin(BATCH_CALL_MS, (abortSignal) =>
      client.send(command, {abortSignal}),
    );
    const isEncoded = answer.EncodingType === 'url';
    const found = (answer.Contents ?? []).map(({Key = '', Size = 0, LastModified}) => {
      const decoded = isEncoded ? decodeKey(Key) : Key;
      return {
        decoded,
        object: {key: decoded ?? Key, size: Size, lastModified: LastModified ?? serverTime},
      };
    });
    const decoded = found.flatMap((one) => one.decoded ?? []);
    return {
      objects: found.map(({object}) => object),
      serverTime,
      isLast: !answer.IsTruncated,
      first: decoded[0],
      last: decoded.at(-1),
      token: answer.NextContinuationToken,
    };
  } catch (error) {
    throw translate('list objects', error);
  }
}

function getDate(response: unknown): Date | undefined {
  const headers = (response as {headers?: Record<string, string>}).headers;
  return headers?.['date'] ? new Date(headers['date']) : undefined;
}

/** Undefined for a key that the store did not encode, and for one that no text can hold. */
function decodeKey(key: string): string | undefined {
  try {
    const decoded = decodeURIComponent(key.replaceAll('+', ' '));
    return decoded.includes('\0') ? undefined : decoded;
  } catch {
    return undefined;
  }
}

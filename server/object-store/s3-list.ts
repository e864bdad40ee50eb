import {ListObjectsV2Command} from '@aws-sdk/client-s3';
import type {S3Client} from '@aws-sdk/client-s3';

import {MAX_BATCH_KEYS} from './split-into-batches.js';
import {BATCH_CALL_MS, callWithin} from './deadlines.js';
import {UnusableList} from './errors.js';
import type {ObjectPage} from './object-store.js';
import {toStoreError} from './s3-errors.js';

interface Listing {
  bucket: string;
  prefix: string;
  startAfter: string | undefined;
}

interface Page extends ObjectPage {
  /** First key of the page that could be decoded. */
  first: string | undefined;
  /** Last key of the page that could be decoded. */
  last: string | undefined;
  token: string | undefined;
}

/** Maximum number of consecutive empty pages. Some stores return empty pages before the last page. */
const MAX_EMPTY_PAGES = 100;

/**
 * Throws `UnusableList` if the store's pages do not continue each other: such a list could be
 * endless or incomplete.
 */
export async function* listPages(client: S3Client, listing: Listing): AsyncGenerator<ObjectPage> {
  let startAfter = listing.startAfter;
  let token: string | undefined;
  let emptyPages = 0;
  for (;;) {
    const page = await listPage(client, {...listing, startAfter}, token);
    const {first, last, objects, isLast} = page;
    if (first !== undefined && startAfter !== undefined && !isAfter(first, startAfter)) {
      throw new UnusableList('lists keys that do not come after the last key of the previous page');
    }
    emptyPages = objects.length === 0 ? emptyPages + 1 : 0;
    if (objects.length > 0) yield page;
    if (isLast) return;
    // A token continues the list even if the last key of a page cannot be decoded.
    if (page.token === undefined && last === undefined) {
      throw new UnusableList(
        'announces a next page without a continuation token or a readable last key',
      );
    }
    if ((page.token !== undefined && page.token === token) || emptyPages > MAX_EMPTY_PAGES) {
      throw new UnusableList('lists pages without end');
    }
    ({token} = page);
    startAfter = last ?? startAfter;
  }
}

/** Compares keys as S3 does, by their UTF-8 bytes. */
function isAfter(key: string, other: string): boolean {
  return Buffer.compare(Buffer.from(key), Buffer.from(other)) > 0;
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
    // XML cannot represent every character of a key.
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
    const response = await callWithin(BATCH_CALL_MS, (abortSignal) =>
      client.send(command, {abortSignal}),
    );
    const isEncoded = response.EncodingType === 'url';
    const found = (response.Contents ?? []).map(({Key = '', Size = 0, LastModified}) => {
      const decoded = isEncoded ? decodeKey(Key) : Key;
      return {
        decoded,
        object: {key: decoded ?? Key, size: Size, lastModified: LastModified ?? serverTime},
      };
    });
    const decoded = found.flatMap((entry) => entry.decoded ?? []);
    return {
      objects: found.map(({object}) => object),
      serverTime,
      isLast: !response.IsTruncated,
      first: decoded[0],
      last: decoded.at(-1),
      token: response.NextContinuationToken,
    };
  } catch (error) {
    throw toStoreError('list objects', error);
  }
}

function getDate(response: unknown): Date | undefined {
  const headers = (response as {headers?: Record<string, string>}).headers;
  return headers?.['date'] ? new Date(headers['date']) : undefined;
}

/** Returns undefined for a key that is not URL-encoded, or has a NUL, which PostgreSQL rejects. */
function decodeKey(key: string): string | undefined {
  try {
    const decoded = decodeURIComponent(key.replaceAll('+', ' '));
    return decoded.includes('\0') ? undefined : decoded;
  } catch {
    return undefined;
  }
}

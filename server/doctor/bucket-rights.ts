import {setTimeout as sleep} from 'node:timers/promises';

import type {ObjectStore} from '../object-store/object-store.js';
import type {Bucket} from './bucket.js';
import {CLOCK_ADVICE} from './clock.js';
import {fail, ok, toReason} from './finding.js';
import type {Finding} from './finding.js';

const BYTES = Buffer.from('%PDF-1.7 of the doctor');
const CALL_MS = 10_000;
const HOUR_MS = 3_600_000;

/** The way that every file goes. Leaves the last of them for whoever looks at it next. */
export async function* checkRights(
  bucket: Bucket,
  objects: ObjectStore,
  key: string,
): AsyncGenerator<Finding> {
  yield* tryRights(objects, key, bucket);
  yield await attempt('multipart', 's3:ListBucketMultipartUploads, s3:AbortMultipartUpload', () =>
    abortOne(bucket, objects, key),
  );
  yield await attempt('versions', 's3:GetBucketVersioning, s3:ListBucketVersions', async () => {
    const status = await bucket.versioning();
    await bucket.countVersions(key);
    return status === undefined ? 'can be seen; the bucket has none' : 'can be seen';
  });
  // The rest of the checks needs an object to look at.
  await put(objects, key).catch(() => undefined);
}

export async function* tryRights(
  objects: ObjectStore,
  key: string,
  bucket?: Bucket,
): AsyncGenerator<Finding> {
  const placed = await attempt('put', 's3:PutObject', () => put(objects, key));
  if (placed.level === 'fail') {
    yield (await blocksUploads(bucket)) ? {...placed, advice: BLOCKED} : placed;
    return;
  }
  yield placed;
  yield await attempt('get', 's3:GetObject', () => get(objects, key));
  yield await attempt('list', 's3:ListBucket', () => list(objects, key));
  yield await attempt('delete', 's3:DeleteObject', () => remove(objects, key));
}

const BLOCKED =
  'BlockPublicAcls is on, with which Ceph and some other stores refuse every upload: set it to ' +
  'false in put-public-access-block and keep the other three. Otherwise the server needs s3:PutObject.';

const blocksUploads = async (bucket: Bucket | undefined): Promise<boolean> => {
  if (!bucket?.settings.endpoint) return false;
  const block = await bucket.publicAccessBlock();
  return 'value' in block && block.value.PublicAccessBlockConfiguration?.BlockPublicAcls === true;
};

const attempt = async (
  check: string,
  rights: string,
  work: () => Promise<string>,
): Promise<Finding> => {
  try {
    return ok(check, await work());
  } catch (error) {
    if ((error as Error).name === 'RequestTimeTooSkewed') {
      return fail(check, toReason(error), CLOCK_ADVICE);
    }
    return fail(
      check,
      toReason(error),
      `The server needs ${rights}; see "Set up S3" in examples/deploy/README.md.`,
    );
  }
};

const put = async (objects: ObjectStore, key: string): Promise<string> => {
  const bytes = (async function* () {
    yield BYTES;
  })();
  await objects.put(key, bytes, BYTES.length, AbortSignal.timeout(CALL_MS));
  return `${BYTES.length} bytes, of announced length`;
};

const get = async (objects: ObjectStore, key: string): Promise<string> => {
  const chunks: Uint8Array[] = [];
  for await (const chunk of (await objects.get(key, AbortSignal.timeout(CALL_MS))) ?? []) {
    chunks.push(chunk);
  }
  if (Buffer.concat(chunks).equals(BYTES)) return 'came back bit for bit';
  throw new Error('What came back is not what was put.');
};

const list = async (objects: ObjectStore, key: string): Promise<string> => {
  // As the sweep does it: a policy can allow a prefix alone.
  await objects.list('')[Symbol.asyncIterator]().next();
  for await (const page of objects.list(key)) {
    if (page.objects.some((object) => object.key === key)) return 'is found';
  }
  throw new Error('What was put is not in the list.');
};

const remove = async (objects: ObjectStore, key: string): Promise<string> => {
  const {failed} = await objects.delete([key]);
  if (failed[0]) throw new Error(`The store answered ${failed[0].code}.`);
  if (await objects.head(key)) throw new Error('It is still there after it was deleted.');
  return 'is gone';
};

const abortOne = async (bucket: Bucket, objects: ObjectStore, key: string): Promise<string> => {
  if (!(await bucket.beginMultipart(key))) return 'the store has no multipart uploads';
  const soon = new Date(Date.now() + HOUR_MS);
  // Some stores list what was begun a moment later.
  for (let tries = 0; tries < 3; tries++) {
    const aborted = await objects.abortStaleUploads(key, soon);
    if (aborted > 0) return 'unfinished uploads are listed and aborted';
    await sleep(500);
  }
  throw new Error('An unfinished upload is not listed.');
};

import {setTimeout as sleep} from 'node:timers/promises';

import type {ObjectStore} from '../object-store/object-store.js';
import {HOUR_MS} from '../units.js';
import type {Bucket} from './bucket.js';
import {CLOCK_ADVICE} from './clock.js';
import {fail, ok, toReason} from './finding.js';
import type {Finding} from './finding.js';

const BYTES = Buffer.from('%PDF-1.7 of the doctor');
const CALL_MS = 10_000;

/** Checks the rights to put, read, list and delete. Leaves an object for the next checks. */
export async function* checkRights(
  bucket: Bucket,
  objects: ObjectStore,
  key: string,
): AsyncGenerator<Finding> {
  yield* checkObjectRights(objects, key, bucket);
  yield await attempt('multipart', 's3:ListBucketMultipartUploads, s3:AbortMultipartUpload', () =>
    abortOne(bucket, objects, key),
  );
  yield await attempt('versions', 's3:GetBucketVersioning, s3:ListBucketVersions', async () => {
    const status = await bucket.getVersioning();
    await bucket.countVersions(key);
    return status === undefined ? 'can be read; the bucket has no versioning' : 'can be read';
  });
  // The later checks need an object.
  await put(objects, key).catch(() => undefined);
}

export async function* checkObjectRights(
  objects: ObjectStore,
  key: string,
  bucket?: Bucket,
): AsyncGenerator<Finding> {
  const uploaded = await attempt('put', 's3:PutObject', () => put(objects, key));
  if (uploaded.level === 'fail') {
    yield (await blocksUploads(bucket)) ? {...uploaded, advice: BLOCKED_ADVICE} : uploaded;
    return;
  }
  yield uploaded;
  yield await attempt('get', 's3:GetObject', () => get(objects, key));
  yield await attempt('list', 's3:ListBucket', () => list(objects, key));
  yield await attempt('delete', 's3:DeleteObject', () => remove(objects, key));
}

const BLOCKED_ADVICE =
  'BlockPublicAcls is on. With it, Ceph and some other stores refuse every upload. Set it to false ' +
  'with put-public-access-block and keep the other three. If this does not help, allow s3:PutObject.';

const blocksUploads = async (bucket: Bucket | undefined): Promise<boolean> => {
  if (!bucket?.settings.endpoint) return false;
  const block = await bucket.getPublicAccessBlock();
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
      `Allow ${rights}. See "Set up S3" in examples/deploy/README.md.`,
    );
  }
};

const put = async (objects: ObjectStore, key: string): Promise<string> => {
  const bytes = (async function* () {
    yield BYTES;
  })();
  await objects.put(key, bytes, BYTES.length, AbortSignal.timeout(CALL_MS));
  return `${BYTES.length} bytes, with Content-Length`;
};

const get = async (objects: ObjectStore, key: string): Promise<string> => {
  const chunks: Uint8Array[] = [];
  for await (const chunk of (await objects.get(key, AbortSignal.timeout(CALL_MS))) ?? []) {
    chunks.push(chunk);
  }
  if (Buffer.concat(chunks).equals(BYTES)) return 'returned the same bytes';
  throw new Error('The store returned other bytes than were uploaded.');
};

const list = async (objects: ObjectStore, key: string): Promise<string> => {
  // Lists the whole bucket like the sweep, because a policy can restrict listing to a prefix.
  await objects.list('')[Symbol.asyncIterator]().next();
  for await (const page of objects.list(key)) {
    if (page.objects.some((object) => object.key === key)) return 'the object is found';
  }
  throw new Error('The uploaded object is not in the list.');
};

const remove = async (objects: ObjectStore, key: string): Promise<string> => {
  const {failed} = await objects.delete([key]);
  if (failed[0]) throw new Error(`The store returned ${failed[0].code}.`);
  if (await objects.head(key)) throw new Error('The object still exists after it was deleted.');
  return 'the object was deleted';
};

const abortOne = async (bucket: Bucket, objects: ObjectStore, key: string): Promise<string> => {
  if (!(await bucket.beginMultipart(key))) return 'the store has no multipart uploads';
  const future = new Date(Date.now() + HOUR_MS);
  // Some stores list a new multipart upload only after a moment.
  for (let tries = 0; tries < 3; tries++) {
    const aborted = await objects.abortStaleUploads(key, future);
    if (aborted > 0) return 'unfinished uploads are listed and aborted';
    await sleep(500);
  }
  throw new Error('The unfinished upload is not listed.');
};

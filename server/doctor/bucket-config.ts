import type {LifecycleRule} from '@aws-sdk/client-s3';

import type {ObjectStore} from '../object-store/object-store.js';
import {formatCount} from '../text/count.js';
import type {Bucket} from './bucket.js';
import {fail, ok, toReason, warn} from './finding.js';
import type {Finding} from './finding.js';

/** Checks encryption, versioning, object lock, CORS and lifecycle rules of the bucket. */
export async function* checkBucketConfig(
  bucket: Bucket,
  objects: ObjectStore,
  key: string,
): AsyncGenerator<Finding> {
  yield await checkEncryption(bucket, key);
  yield* checkVersioning(bucket, objects, key);
  yield await checkCors(bucket);
  yield await checkLifecycle(bucket);
}

const checkEncryption = async (bucket: Bucket, key: string): Promise<Finding> => {
  const objectEncryption = await bucket.headObject(key).then(
    ({ServerSideEncryption}) => ServerSideEncryption,
    () => undefined,
  );
  if (objectEncryption) return ok('encryption', objectEncryption);
  const result = await bucket.getEncryption();
  if ('value' in result) {
    const [rule] = result.value.ServerSideEncryptionConfiguration?.Rules ?? [];
    const algorithm = rule?.ApplyServerSideEncryptionByDefault?.SSEAlgorithm;
    if (algorithm) return ok('encryption', algorithm);
  }
  return warn(
    'encryption',
    'the store does not report encryption',
    'Set default encryption (aws s3api put-bucket-encryption), or encrypt the disks of the store.',
  );
};

async function* checkVersioning(
  bucket: Bucket,
  objects: ObjectStore,
  key: string,
): AsyncGenerator<Finding> {
  let status: string | undefined;
  try {
    status = await bucket.getVersioning();
  } catch (error) {
    const advice =
      'Allow s3:GetBucketVersioning. In a bucket with versioning, deleted files still exist.';
    yield warn('versioning', `unknown: ${toReason(error)}`, advice);
    return;
  }
  if (!status) {
    yield ok('versioning', 'off: deleted files no longer exist');
    return;
  }
  yield warn(
    'versioning',
    `${status.toLowerCase()}: erasing also deletes versions, with one more call per file`,
    'Use a bucket without versioning, or allow s3:ListBucketVersions and s3:DeleteObjectVersion.',
  );
  yield await checkVersionsDeleted(bucket, objects, key);
  const lock = await bucket.getObjectLock();
  const rule = 'value' in lock ? lock.value.ObjectLockConfiguration?.Rule : undefined;
  if (!rule) return;
  const advice = 'Remove the default retention: no file can be erased before it ends.';
  yield fail('object lock', 'files cannot be deleted', advice);
}

const checkVersionsDeleted = async (
  bucket: Bucket,
  objects: ObjectStore,
  key: string,
): Promise<Finding> => {
  const advice = 'The server needs s3:ListBucketVersions and s3:DeleteObjectVersion.';
  try {
    const {failed} = await objects.delete([key]);
    if (failed[0]) return fail('delete versions', `the store returned ${failed[0].code}`, advice);
    const left = await bucket.countVersions(key);
    if (left === 0) return ok('delete versions', 'no version is left');
    return fail('delete versions', `the store kept ${formatCount(left, 'version')}`, advice);
  } catch (error) {
    return fail('delete versions', toReason(error), advice);
  }
};

const checkCors = async (bucket: Bucket): Promise<Finding> => {
  const result = await bucket.getCors();
  if (!('value' in result) || !result.value.CORSRules?.length) {
    return ok('cors', 'not set, and not needed');
  }
  const advice =
    'Remove it (aws s3api delete-bucket-cors): uploads go through the server and downloads are plain links, so CORS is not needed.';
  return warn('cors', 'the bucket has a CORS configuration', advice);
};

const checkLifecycle = async (bucket: Bucket): Promise<Finding> => {
  const result = await bucket.getLifecycle();
  const rules = 'value' in result ? (result.value.Rules ?? []) : [];
  const active = rules.filter(({Status}) => Status === 'Enabled');
  const expiring = active.find(deletesFiles);
  if (expiring) {
    const found = `the rule "${expiring.ID ?? ''}" deletes files that are still needed`;
    const advice =
      'Remove its expiration: the settings of the server determine how long files are stored.';
    return fail('lifecycle', found, advice);
  }
  if (active.some(({AbortIncompleteMultipartUpload}) => AbortIncompleteMultipartUpload)) {
    return ok('lifecycle', 'aborts unfinished uploads');
  }
  const hint =
    'You can add a rule that aborts unfinished uploads after a day, as a second safeguard.';
  return ok('lifecycle', 'no rule aborts unfinished uploads; the daily sweep does', hint);
};

const OUR_PREFIX = 'uploads/';

const deletesFiles = ({Expiration, Filter, Prefix}: LifecycleRule): boolean => {
  if (Expiration?.Days === undefined && Expiration?.Date === undefined) return false;
  const prefix = Filter?.And?.Prefix ?? Filter?.Prefix ?? Prefix ?? '';
  return OUR_PREFIX.startsWith(prefix) || prefix.startsWith(OUR_PREFIX);
};

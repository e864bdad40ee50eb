import type {LifecycleRule} from '@aws-sdk/client-s3';

import type {ObjectStore} from '../object-store/object-store.js';
import type {Bucket} from './bucket.js';
import {fail, ok, toReason, warn} from './finding.js';
import type {Finding} from './finding.js';

/** How the bucket keeps what it is given, and whether it lets go of it. */
export async function* checkBucketConfig(
  bucket: Bucket,
  objects: ObjectStore,
  key: string,
): AsyncGenerator<Finding> {
  yield await encryption(bucket, key);
  yield* versions(bucket, objects, key);
  yield await cors(bucket);
  yield await lifecycle(bucket);
}

const encryption = async (bucket: Bucket, key: string): Promise<Finding> => {
  const used = await bucket.look(key).then(
    ({ServerSideEncryption}) => ServerSideEncryption,
    () => undefined,
  );
  if (used) return ok('encryption', used);
  const answer = await bucket.encryption();
  if ('value' in answer) {
    const [rule] = answer.value.ServerSideEncryptionConfiguration?.Rules ?? [];
    const algorithm = rule?.ApplyServerSideEncryptionByDefault?.SSEAlgorithm;
    if (algorithm) return ok('encryption', algorithm);
  }
  return warn(
    'encryption',
    'the store does not say that it encrypts',
    'Set default encryption (aws s3api put-bucket-encryption), or encrypt the disks it writes to.',
  );
};

async function* versions(
  bucket: Bucket,
  objects: ObjectStore,
  key: string,
): AsyncGenerator<Finding> {
  let status: string | undefined;
  try {
    status = await bucket.versioning();
  } catch (error) {
    const advice = 'Allow s3:GetBucketVersioning: with versions, what is deleted is still there.';
    yield warn('versioning', `could not be seen: ${toReason(error)}`, advice);
    return;
  }
  if (!status) {
    yield ok('versioning', 'off: what is deleted is gone');
    return;
  }
  yield warn(
    'versioning',
    `${status.toLowerCase()}: erasing deletes each version, one call more for every file`,
    'Use a bucket without versioning, or keep s3:ListBucketVersions and s3:DeleteObjectVersion.',
  );
  yield await allVersionsGo(bucket, objects, key);
  const lock = await bucket.objectLock();
  const rule = 'value' in lock ? lock.value.ObjectLockConfiguration?.Rule : undefined;
  if (!rule) return;
  const advice = 'Remove the default retention: nobody’s files could be erased before it ends.';
  yield fail('object lock', 'files cannot be deleted', advice);
}

const allVersionsGo = async (
  bucket: Bucket,
  objects: ObjectStore,
  key: string,
): Promise<Finding> => {
  const advice = 'The server needs s3:ListBucketVersions and s3:DeleteObjectVersion.';
  try {
    const {failed} = await objects.delete([key]);
    if (failed[0]) return fail('delete versions', `the store answered ${failed[0].code}`, advice);
    const left = await bucket.countVersions(key);
    if (left === 0) return ok('delete versions', 'none is left');
    return fail('delete versions', `${left} are left`, advice);
  } catch (error) {
    return fail('delete versions', toReason(error), advice);
  }
};

const cors = async (bucket: Bucket): Promise<Finding> => {
  const answer = await bucket.cors();
  if (!('value' in answer) || !answer.value.CORSRules?.length) {
    return ok('cors', 'none, and none is needed');
  }
  const advice =
    'Remove it (aws s3api delete-bucket-cors): uploads pass the server, links are navigation.';
  return warn('cors', 'the bucket has a CORS configuration', advice);
};

const lifecycle = async (bucket: Bucket): Promise<Finding> => {
  const answer = await bucket.lifecycle();
  const rules = 'value' in answer ? (answer.value.Rules ?? []) : [];
  const active = rules.filter(({Status}) => Status === 'Enabled');
  const deadly = active.find(deletesFiles);
  if (deadly) {
    const found = `the rule "${deadly.ID ?? ''}" deletes files that people still need`;
    const advice = 'Remove its expiration: how long files stay is decided by the settings.';
    return fail('lifecycle', found, advice);
  }
  if (active.some(({AbortIncompleteMultipartUpload}) => AbortIncompleteMultipartUpload)) {
    return ok('lifecycle', 'aborts unfinished uploads');
  }
  const hint = 'A rule that aborts unfinished uploads after a day is a second net.';
  return ok('lifecycle', 'no rule aborts unfinished uploads; the daily sweep does', hint);
};

const OURS = 'uploads/';

const deletesFiles = ({Expiration, Filter, Prefix}: LifecycleRule): boolean => {
  if (Expiration?.Days === undefined && Expiration?.Date === undefined) return false;
  const prefix = Filter?.And?.Prefix ?? Filter?.Prefix ?? Prefix ?? '';
  return OURS.startsWith(prefix) || prefix.startsWith(OURS);
};

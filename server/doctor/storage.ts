import {randomUUID} from 'node:crypto';

import type {ObjectStore} from '../object-store/object-store.js';
import {isLoopbackUrl} from '../outbound/loopback.js';
import {HOUR_MS} from '../units.js';
import {checkAnonymousAccess} from './bucket-privacy.js';
import {Bucket, anonymousTestKey} from './bucket.js';
import {checkBucketConfig} from './bucket-config.js';
import {checkRights, checkObjectRights} from './bucket-rights.js';
import {fail, ok, toReason, warn} from './finding.js';
import type {DoctorDeps, Finding} from './finding.js';

/**
 * Performs the server's operations on a test object. Its key is below `uploads/`, because the
 * server has rights only there. Cleanup ignores the key's form, so this check always deletes it.
 */
export async function* checkStorage(deps: DoctorDeps): AsyncGenerator<Finding> {
  const {config, objects} = deps;
  const key = `uploads/doctor-${randomUUID()}`;
  if (!config.s3) {
    const advice = 'Set S3_BUCKET in production and before you add a second server.';
    yield ok('reachable', `a folder on disk, in ${config.dataDir}`, advice);
    yield* checkObjectRights(objects, key);
    return;
  }
  const where = `the bucket ${config.s3.bucket} at ${config.s3.endpoint ?? 'Amazon S3'}`;
  try {
    await objects.check();
    yield ok('reachable', where);
  } catch (error) {
    yield fail(
      'reachable',
      `${where}: ${toReason(error)}`,
      'Check S3_BUCKET, S3_ENDPOINT, AWS_REGION and the credentials, and that the bucket exists.',
    );
    return;
  }
  yield checkTransportEncryption(config.s3.endpoint);
  const bucket = new Bucket(config.s3);
  let left: string | undefined;
  try {
    yield* checkRights(bucket, objects, key);
    yield* checkAnonymousAccess(bucket, objects, key);
    yield* checkBucketConfig(bucket, objects, key);
  } finally {
    left = await deleteTestObjects(objects, key);
    bucket.close();
  }
  if (left) yield fail('left behind', left, 'Correct the rights, then delete it yourself.');
}

const deleteTestObjects = async (
  objects: ObjectStore,
  key: string,
): Promise<string | undefined> => {
  const {failed} = await objects.delete([key, anonymousTestKey(key)]);
  const future = new Date(Date.now() + HOUR_MS);
  const uploads = await objects.abortStaleUploads(key, future).catch(() => undefined);
  const keys = failed.map((failure) => failure.key);
  if (uploads === undefined) keys.push(`an unfinished upload of ${key}`);
  return keys.length > 0 ? keys.join(', ') : undefined;
};

const checkTransportEncryption = (endpoint: string | undefined): Finding => {
  if (!endpoint || endpoint.startsWith('https:')) return ok('encrypted way', 'https');
  if (isLoopbackUrl(endpoint)) return ok('encrypted way', 'http, on this machine');
  const advice = 'Use https in S3_ENDPOINT, unless the network is private.';
  return warn('encrypted way', 'http: files are sent without encryption', advice);
};

import {randomUUID} from 'node:crypto';

import type {ObjectStore} from '../object-store/object-store.js';
import {tryAnonymously} from './bucket-privacy.js';
import {Bucket, anonymousTestKey} from './bucket.js';
import {checkBucketConfig} from './bucket-keeping.js';
import {checkRights, tryRights} from './bucket-rights.js';
import {fail, ok, toReason, warn} from './finding.js';
import type {DoctorDeps, Finding} from './finding.js';

const HOUR_MS = 3_600_000;

/**
 * What the server will do with its files, done once with a file of our own. It is under `uploads/`,
 * where the server's rights end, and of no shape that cleanup would touch, so it is removed here
 * whatever happens.
 */
export async function* checkStorage(deps: DoctorDeps): AsyncGenerator<Finding> {
  const {config, objects} = deps;
  const key = `uploads/doctor-${randomUUID()}`;
  if (!config.s3) {
    const advice = 'Set S3_BUCKET before a second server, and in production.';
    yield ok('reachable', `a folder on disk, in ${config.dataDir}`, advice);
    yield* tryRights(objects, key);
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
      'Check that the bucket exists, S3_BUCKET, S3_ENDPOINT, AWS_REGION and the credentials.',
    );
    return;
  }
  yield checkTransportEncryption(config.s3.endpoint);
  const bucket = new Bucket(config.s3);
  let left: string | undefined;
  try {
    yield* checkRights(bucket, objects, key);
    yield* tryAnonymously(bucket, objects, key);
    yield* checkBucketConfig(bucket, objects, key);
  } finally {
    left = await leftBehind(objects, key);
    bucket.close();
  }
  if (left)
    yield fail('left behind', left, 'Delete it by hand, once the rights are as they should be.');
}

const leftBehind = async (objects: ObjectStore, key: string): Promise<string | undefined> => {
  const {failed} = await objects.delete([key, anonymousTestKey(key)]);
  const soon = new Date(Date.now() + HOUR_MS);
  const uploads = await objects.abortStaleUploads(key, soon).catch(() => undefined);
  const keys = failed.map((one) => one.key);
  if (uploads === undefined) keys.push(`an unfinished upload of ${key}`);
  return keys.length > 0 ? keys.join(', ') : undefined;
};

const checkTransportEncryption = (endpoint: string | undefined): Finding => {
  if (!endpoint || endpoint.startsWith('https:')) return ok('encrypted way', 'https');
  if (/^http:\/\/(localhost|127\.[\d.]+|\[::1\])(:|\/|$)/.test(endpoint)) {
    return ok('encrypted way', 'http, on this machine');
  }
  const advice = 'Use https in S3_ENDPOINT, unless nobody else is on the way.';
  return warn('encrypted way', 'http: files pass in the clear', advice);
};

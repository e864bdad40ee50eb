import {randomUUID} from 'node:crypto';

import t from 'tap';
import type {Test} from 'tap';

import '../object-store/node-version-warning.js';
import type {S3Settings} from '../object-store/s3-clients.js';
import {startRadosgw} from './radosgw.js';

export type TestBucket = S3Settings & Required<Pick<S3Settings, 'endpoint' | 'credentials'>>;

interface TestStore {
  endpoint: string;
  accessKey: string;
  secretKey: string;
}

/** Reason why no bucket is available, for tap's `skip`. The test runner reports it. */
export const bucketsMissing: string | false = process.env['TEST_S3_MISSING'] ?? false;

/** Stores for a test: all, or those in `TEST_STORES`. */
export const testedStores = (['disk', 's3'] as const).filter((store) =>
  (process.env['TEST_STORES'] ?? store).split(',').includes(store),
);

/**
 * Creates an empty bucket. It is not deleted, because the store is in memory and ends with the run.
 * A test file that runs without the runner starts its own store.
 */
export async function createTestBucket(_t: Test): Promise<TestBucket> {
  store ??= findStore();
  return createBucketIn(await store);
}

/** Creates a bucket in a separate store, whose gateway the test may stop. */
export async function createSeparateBucket(t: Test) {
  const own = await startRadosgw();
  t.teardown(() => own.stop());
  return {bucket: await createBucketIn(own), gateway: own.gateway};
}

async function createBucketIn({endpoint, accessKey, secretKey}: TestStore): Promise<TestBucket> {
  const settings = {
    bucket: `test-${randomUUID()}`,
    endpoint,
    forcePathStyle: true,
    region: 'us-east-1',
    credentials: {accessKeyId: accessKey, secretAccessKey: secretKey},
  };
  // Most tests have no bucket, and do not need the large client.
  const {CreateBucketCommand, S3Client} = await import('@aws-sdk/client-s3');
  const client = new S3Client(settings);
  await client.send(new CreateBucketCommand({Bucket: settings.bucket}));
  client.destroy();
  return settings;
}

let store: Promise<TestStore> | undefined;

async function findStore(): Promise<TestStore> {
  const endpoint = process.env['TEST_S3_ENDPOINT'];
  if (!endpoint) return startOwnStore();
  return {
    endpoint,
    accessKey: process.env['TEST_S3_ACCESS_KEY'] ?? '',
    secretKey: process.env['TEST_S3_SECRET_KEY'] ?? '',
  };
}

async function startOwnStore(): Promise<TestStore> {
  const own = await startRadosgw();
  t.teardown(() => own.stop());
  return own;
}

import {randomUUID} from 'node:crypto';

import {
  CreateBucketCommand,
  DeleteObjectsCommand,
  ListObjectsV2Command,
  S3Client,
} from '@aws-sdk/client-s3';

import {startRadosgw} from '../test/radosgw.js';

export interface BenchStore {
  /** Settings of the product for this store. */
  env: Record<string, string>;
  empty: () => Promise<void>;
  stop: () => Promise<void>;
}

/**
 * Starts an S3 server with one bucket for one bench. The run's shared server is in memory and frees
 * the tails of deleted objects only hours later.
 */
export const startBenchStore = async (): Promise<BenchStore> => {
  const server = await startRadosgw();
  const {endpoint, accessKey, secretKey} = server;
  const bucket = `bench-${randomUUID()}`;
  const client = new S3Client({
    endpoint,
    region: 'us-east-1',
    forcePathStyle: true,
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    credentials: {accessKeyId: accessKey, secretAccessKey: secretKey},
  });
  await client.send(new CreateBucketCommand({Bucket: bucket}));
  return {
    env: {
      S3_BUCKET: bucket,
      S3_ENDPOINT: endpoint,
      S3_FORCE_PATH_STYLE: 'true',
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: accessKey,
      AWS_SECRET_ACCESS_KEY: secretKey,
    },
    empty: () => emptyBucket(client, bucket),
    stop: async () => {
      client.destroy();
      await server.stop();
    },
  };
};

const emptyBucket = async (client: S3Client, bucket: string): Promise<void> => {
  for (;;) {
    const {Contents = []} = await client.send(new ListObjectsV2Command({Bucket: bucket}));
    if (Contents.length === 0) return;
    const Objects = Contents.map(({Key}) => ({Key}));
    await client.send(new DeleteObjectsCommand({Bucket: bucket, Delete: {Objects}}));
  }
};

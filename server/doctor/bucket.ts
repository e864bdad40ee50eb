import {
  CreateMultipartUploadCommand,
  GetBucketCorsCommand,
  GetBucketEncryptionCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketPolicyStatusCommand,
  GetBucketVersioningCommand,
  GetObjectCommand,
  GetObjectLockConfigurationCommand,
  GetPublicAccessBlockCommand,
  HeadObjectCommand,
  ListObjectVersionsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3';

import type {Config} from '../config/config.js';
import {createS3Clients} from '../object-store/s3-clients.js';
import type {S3Clients} from '../object-store/s3-clients.js';

const CALL_MS = 5_000;

/** Error codes of a store that does not support an operation. */
const UNSUPPORTED_ERROR = /^(NotImplemented|MethodNotAllowed|NotSupported|InvalidRequest)$/;

/** Returns the key that the anonymous test tries to write. */
export const anonymousTestKey = (key: string): string => `${key}-stranger`;

/** Result of a query about the bucket, or the kind of refusal. */
export type QueryResult<T> = {value: T} | {refused: 'unset' | 'unknown' | 'forbidden' | 'failed'};

/** Queries about a bucket that only the doctor needs. */
export class Bucket {
  private readonly clients: S3Clients;
  private readonly anonymous: S3Client;

  constructor(readonly settings: NonNullable<Config['s3']>) {
    this.clients = createS3Clients(settings);
    const publicEndpoint = settings.publicEndpoint ?? settings.endpoint;
    this.anonymous = new S3Client({
      region: this.clients.links.config.region,
      forcePathStyle: settings.forcePathStyle,
      requestChecksumCalculation: 'WHEN_REQUIRED',
      maxAttempts: 1,
      ...(publicEndpoint && {endpoint: publicEndpoint}),
      // The signer does nothing, so that the request is anonymous.
      credentials: {accessKeyId: 'nobody', secretAccessKey: 'nothing'},
      signer: {sign: (request) => Promise.resolve(request)},
    });
  }

  /** Begins a multipart upload; undefined if the store does not support them. */
  beginMultipart(key: string) {
    return unlessUnsupported(
      this.send(new CreateMultipartUploadCommand({...this.bucketInput, Key: key})),
    );
  }

  /** Returns the versioning status; undefined if it was never set or is not supported. */
  async getVersioning() {
    const command = new GetBucketVersioningCommand(this.bucketInput);
    return (await unlessUnsupported(this.send(command)))?.Status;
  }

  async countVersions(key: string): Promise<number> {
    const command = new ListObjectVersionsCommand({...this.bucketInput, Prefix: key});
    const {Versions = [], DeleteMarkers = []} = (await unlessUnsupported(this.send(command))) ?? {};
    // The prefix also matches longer keys.
    return [...Versions, ...DeleteMarkers].filter(({Key}) => Key === key).length;
  }

  headObject(key: string) {
    return this.send(new HeadObjectCommand({...this.bucketInput, Key: key}));
  }

  getPublicAccessBlock() {
    return toAnswer(this.send(new GetPublicAccessBlockCommand(this.bucketInput)));
  }

  getPolicyStatus() {
    return toAnswer(this.send(new GetBucketPolicyStatusCommand(this.bucketInput)));
  }

  getEncryption() {
    return toAnswer(this.send(new GetBucketEncryptionCommand(this.bucketInput)));
  }

  getObjectLock() {
    return toAnswer(this.send(new GetObjectLockConfigurationCommand(this.bucketInput)));
  }

  getCors() {
    return toAnswer(this.send(new GetBucketCorsCommand(this.bucketInput)));
  }

  getLifecycle() {
    return toAnswer(this.send(new GetBucketLifecycleConfigurationCommand(this.bucketInput)));
  }

  /** Returns anonymous calls. Each resolves if it is allowed, and throws if it is refused. */
  anonymousAccess(key: string) {
    const {bucketInput, anonymous} = this;
    const abortSignal = () => ({abortSignal: AbortSignal.timeout(CALL_MS)});
    const write = {...bucketInput, Key: anonymousTestKey(key), Body: 'x'};
    return {
      read: () => anonymous.send(new GetObjectCommand({...bucketInput, Key: key}), abortSignal()),
      list: () =>
        anonymous.send(new ListObjectsV2Command({...bucketInput, MaxKeys: 1}), abortSignal()),
      write: () => anonymous.send(new PutObjectCommand(write), abortSignal()),
    };
  }

  close(): void {
    this.clients.destroy();
    this.anonymous.destroy();
  }

  private get bucketInput(): {Bucket: string} {
    return {Bucket: this.settings.bucket};
  }

  private get send(): S3Client['send'] {
    const {retrying} = this.clients;
    return ((command: Parameters<S3Client['send']>[0]) =>
      retrying.send(command, {abortSignal: AbortSignal.timeout(CALL_MS)})) as S3Client['send'];
  }
}

/** Returns the result, or undefined if the store does not support the operation. */
const unlessUnsupported = async <T>(request: Promise<T>): Promise<T | undefined> => {
  try {
    return await request;
  } catch (error) {
    if (error instanceof S3ServiceException && isUnsupported(error)) return undefined;
    throw error;
  }
};

const toAnswer = async <T>(request: Promise<T>): Promise<QueryResult<T>> => {
  try {
    return {value: await request};
  } catch (error) {
    if (!(error instanceof S3ServiceException)) return {refused: 'failed'};
    const {httpStatusCode = 0} = error.$metadata;
    if (httpStatusCode === 404) return {refused: 'unset'};
    if (httpStatusCode === 403) return {refused: 'forbidden'};
    return {refused: isUnsupported(error) ? 'unknown' : 'failed'};
  }
};

const isUnsupported = ({name, $metadata}: S3ServiceException): boolean =>
  $metadata.httpStatusCode === 501 || UNSUPPORTED_ERROR.test(name);

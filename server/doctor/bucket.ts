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

/** What a store may answer to a question that it does not know. */
const UNKNOWN_QUESTION = /^(NotImplemented|MethodNotAllowed|NotSupported|InvalidRequest)$/;

/** Where somebody without any key tries to write. */
export const anonymousTestKey = (key: string): string => `${key}-stranger`;

/** An answer, or why there is none. */
export type Answer<T> = {value: T} | {refused: 'unset' | 'unknown' | 'forbidden' | 'failed'};

/** Questions about a bucket that the server itself never asks. */
export class Bucket {
  private readonly clients: S3Clients;
  private readonly stranger: S3Client;

  constructor(readonly settings: NonNullable<Config['s3']>) {
    this.clients = createS3Clients(settings);
    const theirs = settings.publicEndpoint ?? settings.endpoint;
    this.stranger = new S3Client({
      region: this.clients.links.config.region,
      forcePathStyle: settings.forcePathStyle,
      requestChecksumCalculation: 'WHEN_REQUIRED',
      maxAttempts: 1,
      ...(theirs && {endpoint: theirs}),
      // Somebody without any key: the request goes out as it is.
      credentials: {accessKeyId: 'nobody', secretAccessKey: 'nothing'},
      signer: {sign: (request) => Promise.resolve(request)},
    });
  }

  /** Undefined where the store has no multipart uploads. */
  beginMultipart(key: string) {
    return known(this.send(new CreateMultipartUploadCommand({...this.named, Key: key})));
  }

  /** Undefined where there never were versions, or where the store knows none. */
  async versioning() {
    const command = new GetBucketVersioningCommand(this.named);
    return (await known(this.send(command)))?.Status;
  }

  async countVersions(key: string): Promise<number> {
    const command = new ListObjectVersionsCommand({...this.named, Prefix: key});
    const {Versions = [], DeleteMarkers = []} = (await known(this.send(command))) ?? {};
    // A prefix finds what only begins like it, too.
    return [...Versions, ...DeleteMarkers].filter(({Key}) => Key === key).length;
  }

  look(key: string) {
    return this.send(new HeadObjectCommand({...this.named, Key: key}));
  }

  publicAccessBlock() {
    return answered(this.send(new GetPublicAccessBlockCommand(this.named)));
  }

  policyStatus() {
    return answered(this.send(new GetBucketPolicyStatusCommand(this.named)));
  }

  encryption() {
    return answered(this.send(new GetBucketEncryptionCommand(this.named)));
  }

  objectLock() {
    return answered(this.send(new GetObjectLockConfigurationCommand(this.named)));
  }

  cors() {
    return answered(this.send(new GetBucketCorsCommand(this.named)));
  }

  lifecycle() {
    return answered(this.send(new GetBucketLifecycleConfigurationCommand(this.named)));
  }

  /** Each resolves for whoever may, and throws for all others. */
  anonymousAccess(key: string) {
    const {named, stranger} = this;
    const abortSignal = () => ({abortSignal: AbortSignal.timeout(CALL_MS)});
    const write = {...named, Key: anonymousTestKey(key), Body: 'x'};
    return {
      read: () => stranger.send(new GetObjectCommand({...named, Key: key}), abortSignal()),
      list: () => stranger.send(new ListObjectsV2Command({...named, MaxKeys: 1}), abortSignal()),
      write: () => stranger.send(new PutObjectCommand(write), abortSignal()),
    };
  }

  close(): void {
    this.clients.destroy();
    this.stranger.destroy();
  }

  private get named(): {Bucket: string} {
    return {Bucket: this.settings.bucket};
  }

  private get send(): S3Client['send'] {
    const {twice} = this.clients;
    return ((command: Parameters<S3Client['send']>[0]) =>
      twice.send(command, {abortSignal: AbortSignal.timeout(CALL_MS)})) as S3Client['send'];
  }
}

/** The answer, or undefined from a store that has no such thing. */
const known = async <T>(question: Promise<T>): Promise<T | undefined> => {
  try {
    return await question;
  } catch (error) {
    if (error instanceof S3ServiceException && isUnknown(error)) return undefined;
    throw error;
  }
};

const answered = async <T>(question: Promise<T>): Promise<Answer<T>> => {
  try {
    return {value: await question};
  } catch (error) {
    if (!(error instanceof S3ServiceException)) return {refused: 'failed'};
    const {httpStatusCode = 0} = error.$metadata;
    if (httpStatusCode === 404) return {refused: 'unset'};
    if (httpStatusCode === 403) return {refused: 'forbidden'};
    return {refused: isUnknown(error) ? 'unknown' : 'failed'};
  }
};

const isUnknown = ({name, $metadata}: S3ServiceException): boolean =>
  $metadata.httpStatusCode === 501 || UNKNOWN_QUESTION.test(name);

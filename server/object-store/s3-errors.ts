import {S3ServiceException} from '@aws-sdk/client-s3';

import {
  StoreUnavailable,
  UnusableBucket,
  UnusableList,
  LengthMismatch,
  WrongRegion,
} from './errors.js';

const PASSED_ON = [StoreUnavailable, UnusableList, LengthMismatch];

/** Codes of temporary failures that can have a status below 500. */
const TEMPORARY_CODES = new Set([
  'RequestTimeout',
  'SlowDown',
  'ServiceUnavailable',
  'InternalError',
]);

/**
 * Returns the error for the caller:
 * - the reason of the caller's signal after an abort,
 * - `StoreUnavailable` after a failure of the store, or if it did not respond,
 * - the unchanged error if the store refused the call (such as missing rights or no such bucket).
 */
export function toStoreError(operation: string, error: unknown, signal?: AbortSignal): unknown {
  if (signal?.aborted) return signal.reason;
  if (PASSED_ON.some((known) => error instanceof known)) return error;
  const cause = regionProblem(error);
  if (cause) return new StoreUnavailable(`The object store failed to ${operation}`, cause);
  if (error instanceof S3ServiceException && !isTemporary(error)) return error;
  return new StoreUnavailable(`The object store failed to ${operation}`, error);
}

/** Returns the error of a check of the bucket. It names the setting to change, if one is wrong. */
export function toBucketError(bucket: string, error: unknown): unknown {
  const status = error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined;
  if (status === 404) {
    const message = `The bucket ${bucket} does not exist. Create it, or correct S3_BUCKET.`;
    return new UnusableBucket('NoSuchBucket', message, error);
  }
  if (status === 403) {
    const advice = 'Check the credentials and their right s3:ListBucket.';
    const message = `The store refuses access to the bucket ${bucket}. ${advice}`;
    return new UnusableBucket('AccessDenied', message, error);
  }
  return toStoreError(`reach the bucket ${bucket}`, error);
}

export function isAbsent(error: unknown): boolean {
  // HEAD has no body, so its 404 is the same for a missing object and a missing bucket. Only
  // `check()` detects a missing bucket.
  return (
    error instanceof S3ServiceException && /^(NoSuchKey|NoSuchUpload|NotFound)$/.test(error.name)
  );
}

/** Returns whether the store does not support the call, which is no outage. */
export function isUnsupported(error: unknown): boolean {
  if (!(error instanceof S3ServiceException)) return false;
  const status = error.$metadata.httpStatusCode;
  return status === 501 || /^(NotImplemented|MethodNotAllowed)$/.test(error.name);
}

function isTemporary(error: S3ServiceException): boolean {
  if (isUnsupported(error)) return false;
  const status = error.$metadata.httpStatusCode ?? 0;
  return status === 429 || status >= 500 || status < 400 || TEMPORARY_CODES.has(error.name);
}

/** Returns an error that names the setting to change; the SDK's errors do not name it. */
function regionProblem(error: unknown): WrongRegion | undefined {
  const region = getRedirectedRegion(error);
  if (region) {
    return new WrongRegion(`The bucket is in the region ${region}. Set AWS_REGION=${region}.`);
  }
  if (error instanceof Error && error.message === 'Region is missing') {
    return new WrongRegion(
      'No region is set. Set AWS_REGION, or S3_ENDPOINT for a store other than Amazon S3.',
    );
  }
  return undefined;
}

function getRedirectedRegion(error: unknown): string | undefined {
  if (!(error instanceof S3ServiceException) || error.$metadata.httpStatusCode !== 301) return;
  return error.$response?.headers['x-amz-bucket-region'];
}

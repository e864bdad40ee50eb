import {S3ServiceException} from '@aws-sdk/client-s3';

import {StoreUnavailable, UnusableList, WrongLength, WrongRegion} from './errors.js';

const PASSED_ON = [StoreUnavailable, UnusableList, WrongLength];

/** The store asks for patience under a status that does not say so. */
const PLEASE_WAIT = new Set(['RequestTimeout', 'SlowDown', 'ServiceUnavailable', 'InternalError']);

/**
 * What the caller shall see: its own reason after its own abort, `StoreUnavailable` when nothing
 * or a failure came back, and the store's refusal (wrong rights, no such bucket) as it is.
 */
export function translate(what: string, error: unknown, signal?: AbortSignal): unknown {
  if (signal?.aborted) return signal.reason;
  if (PASSED_ON.some((known) => error instanceof known)) return error;
  const cause = regionProblem(error);
  if (cause) return new StoreUnavailable(`The object store failed to ${what}`, cause);
  if (error instanceof S3ServiceException && !isPassing(error)) return error;
  return new StoreUnavailable(`The object store failed to ${what}`, error);
}

export function isAbsent(error: unknown): boolean {
  // HEAD has no body: its 404 is the same for a missing object and a missing bucket, so check()
  // is what finds a missing bucket.
  return (
    error instanceof S3ServiceException && /^(NoSuchKey|NoSuchUpload|NotFound)$/.test(error.name)
  );
}

/** Returns whether the store has no such call, which is a response and no outage. */
export function isUnsupported(error: unknown): boolean {
  if (!(error instanceof S3ServiceException)) return false;
  const status = error.$metadata.httpStatusCode;
  return status === 501 || /^(NotImplemented|MethodNotAllowed)$/.test(error.name);
}

function isPassing(error: S3ServiceException): boolean {
  if (isUnsupported(error)) return false;
  const status = error.$metadata.httpStatusCode ?? 0;
  return status === 429 || status >= 500 || status < 400 || PLEASE_WAIT.has(error.name);
}

/** Names the setting that helps, which the SDK's own errors do not. */
function regionProblem(error: unknown): WrongRegion | undefined {
  const region = redirectedRegion(error);
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

function redirectedRegion(error: unknown): string | undefined {
  if (!(error instanceof S3ServiceException) || error.$metadata.httpStatusCode !== 301) return;
  return error.$response?.headers['x-amz-bucket-region'];
}

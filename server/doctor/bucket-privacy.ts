import {S3ServiceException} from '@aws-sdk/client-s3';
import type {PublicAccessBlockConfiguration} from '@aws-sdk/client-s3';

import type {ObjectStore} from '../object-store/object-store.js';
import type {Bucket} from './bucket.js';
import {CLOCK_ADVICE, NEAR_MS} from './clock.js';
import {fail, ok, toReason, warn} from './finding.js';
import type {Finding} from './finding.js';

const BLOCK_ADVICE =
  'Block public access: run aws s3api put-public-access-block with all four settings true. ' +
  'On Ceph, leave BlockPublicAcls false: with it, Ceph refuses every upload.';
const LINK_SECONDS = 60;

/** Checks that anonymous access is refused and that download links work. */
export async function* checkAnonymousAccess(
  bucket: Bucket,
  objects: ObjectStore,
  key: string,
): AsyncGenerator<Finding> {
  for (const [operation, call] of Object.entries(bucket.anonymousAccess(key))) {
    yield await expectDenied(operation, call);
  }
  yield* checkSettings(bucket);
  yield await checkLink(objects, key, bucket.settings.publicEndpoint);
}

const expectDenied = async (operation: string, call: () => Promise<unknown>): Promise<Finding> => {
  const check = `private: ${operation}`;
  try {
    await call();
    return fail(check, `anyone can ${operation} without credentials`, BLOCK_ADVICE);
  } catch (error) {
    const status = error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined;
    // 405: a proxy in front of the store allows only reading.
    if (status === 401 || status === 403 || status === 405)
      return ok(check, 'anonymous access is refused');
    const advice = 'Check how the store responds to requests without credentials.';
    return warn(check, `not clearly refused: ${toReason(error)}`, advice);
  }
};

/** Checks the settings that keep the bucket private if a policy or an ACL is added later. */
async function* checkSettings(bucket: Bucket): AsyncGenerator<Finding> {
  const block = await bucket.getPublicAccessBlock();
  const check = 'public access block';
  if ('value' in block) {
    yield toAccessBlockFinding(check, block.value.PublicAccessBlockConfiguration ?? {}, bucket);
  } else if (block.refused === 'unset') {
    yield warn(check, 'not set: a policy or an ACL can make the bucket public', BLOCK_ADVICE);
  } else {
    yield ok(check, UNKNOWN_SETTING[block.refused]);
  }
  const policy = await bucket.getPolicyStatus();
  if ('value' in policy && policy.value.PolicyStatus?.IsPublic) {
    yield fail('policy', 'the bucket policy makes it public', BLOCK_ADVICE);
  } else {
    yield ok('policy', 'value' in policy ? 'not public' : UNKNOWN_SETTING[policy.refused]);
  }
}

const toAccessBlockFinding = (
  check: string,
  found: PublicAccessBlockConfiguration,
  {settings: {endpoint}}: Bucket,
): Finding => {
  const {BlockPublicAcls, ...others} = found;
  const areOthersOn = Object.values(others).filter(Boolean).length >= 3;
  if (areOthersOn && BlockPublicAcls) return ok(check, 'all four settings are on');
  if (areOthersOn && endpoint) {
    return ok(check, 'all except BlockPublicAcls are on; with it, some stores refuse every upload');
  }
  return warn(check, 'not all four settings are on', BLOCK_ADVICE);
};

const UNKNOWN_SETTING = {
  unset: 'none',
  unknown: 'the store has no such setting',
  forbidden: 'unknown: these credentials are not allowed to read it',
  failed: 'unknown: the request failed',
};

/** Returns whether the store's clock differs from ours: then a new link may already be expired. */
const isClockOff = (date: string | null): boolean =>
  Math.abs(Date.parse(date ?? '') - Date.now()) > NEAR_MS;

const checkLink = async (
  objects: ObjectStore,
  key: string,
  publicEndpoint: string | undefined,
): Promise<Finding> => {
  const advice = 'Check S3_PUBLIC_ENDPOINT: visitors’ browsers download from there.';
  try {
    const {url} = await objects.createDownloadLink(key, {
      fileName: 'doctor.pdf',
      contentType: 'application/pdf',
      seconds: LINK_SECONDS,
    });
    const where = new URL(url).host;
    const response = await fetch(url, {signal: AbortSignal.timeout(5_000), redirect: 'manual'});
    await response.body?.cancel();
    if (!response.ok) {
      const linkAdvice = isClockOff(response.headers.get('date')) ? CLOCK_ADVICE : advice;
      return fail('links', `${where} responded with ${response.status}`, linkAdvice);
    }
    const disposition = response.headers.get('content-disposition') ?? '';
    if (disposition.startsWith('attachment')) return ok('links', `work at ${where}`);
    return fail('links', `${where} lets browsers show files instead of saving them`, advice);
  } catch (error) {
    const report = publicEndpoint ? warn : fail;
    return report('links', `cannot be opened from this machine: ${toReason(error)}`, advice);
  }
};

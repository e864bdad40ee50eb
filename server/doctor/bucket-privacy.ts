import {S3ServiceException} from '@aws-sdk/client-s3';
import type {PublicAccessBlockConfiguration} from '@aws-sdk/client-s3';

import type {ObjectStore} from '../object-store/object-store.js';
import type {Bucket} from './bucket.js';
import {CLOCK_ADVICE, NEAR_MS} from './clock.js';
import {fail, ok, toReason, warn} from './finding.js';
import type {Finding} from './finding.js';

const BLOCK =
  'Block public access: aws s3api put-public-access-block, with all four settings true.';
const LINK_SECONDS = 60;

/** Tries what strangers must not be able to do, and what visitors must. */
export async function* tryAnonymously(
  bucket: Bucket,
  objects: ObjectStore,
  key: string,
): AsyncGenerator<Finding> {
  for (const [deed, act] of Object.entries(bucket.anonymousAccess(key))) {
    yield await expectDenied(deed, act);
  }
  yield* settings(bucket);
  yield await link(objects, key, bucket.settings.publicEndpoint);
}

const expectDenied = async (deed: string, act: () => Promise<unknown>): Promise<Finding> => {
  const check = `private: ${deed}`;
  try {
    await act();
    return fail(check, `anybody can ${deed}`, BLOCK);
  } catch (error) {
    const status = error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined;
    // Behind a proxy that lets browsers read and nothing else.
    if (status === 401 || status === 403 || status === 405)
      return ok(check, 'strangers are refused');
    const advice = 'Look at what the store answers without credentials.';
    return warn(check, `no clear refusal came: ${toReason(error)}`, advice);
  }
};

/** What keeps it private when somebody later adds a policy or an ACL. */
async function* settings(bucket: Bucket): AsyncGenerator<Finding> {
  const block = await bucket.publicAccessBlock();
  const check = 'public access block';
  if ('value' in block) {
    yield accessBlock(check, block.value.PublicAccessBlockConfiguration ?? {}, bucket);
  } else if (block.refused === 'unset') {
    yield warn(check, 'not set: one policy or ACL would open the bucket', BLOCK);
  } else {
    yield ok(check, UNSEEN[block.refused]);
  }
  const policy = await bucket.policyStatus();
  if ('value' in policy && policy.value.PolicyStatus?.IsPublic) {
    yield fail('policy', 'the bucket policy makes it public', BLOCK);
  } else {
    yield ok('policy', 'value' in policy ? 'not public' : UNSEEN[policy.refused]);
  }
}

const accessBlock = (
  check: string,
  found: PublicAccessBlockConfiguration,
  {settings: {endpoint}}: Bucket,
): Finding => {
  const {BlockPublicAcls, ...others} = found;
  const areOthersOn = Object.values(others).filter(Boolean).length >= 3;
  if (areOthersOn && BlockPublicAcls) return ok(check, 'all four settings are on');
  if (areOthersOn && endpoint) {
    return ok(check, 'all but BlockPublicAcls, with which some stores refuse every upload');
  }
  return warn(check, 'not all are on', BLOCK);
};

const UNSEEN = {
  unset: 'none',
  unknown: 'the store has no such setting',
  forbidden: 'not to be seen with these credentials',
  failed: 'the store gave no answer',
};

/** Whether the store's clock and ours differ, so that a link may have expired from the start. */
const isOff = (date: string | null): boolean =>
  Math.abs(Date.parse(date ?? '') - Date.now()) > NEAR_MS;

const link = async (
  objects: ObjectStore,
  key: string,
  publicEndpoint: string | undefined,
): Promise<Finding> => {
  const advice = 'Downloads go there from the visitor’s browser: check S3_PUBLIC_ENDPOINT.';
  try {
    const {url} = await objects.downloadUrl(key, {
      fileName: 'doctor.pdf',
      contentType: 'application/pdf',
      seconds: LINK_SECONDS,
    });
    const where = new URL(url).host;
    const answer = await fetch(url, {signal: AbortSignal.timeout(5_000), redirect: 'manual'});
    await answer.body?.cancel();
    if (!answer.ok) {
      const why = isOff(answer.headers.get('date')) ? CLOCK_ADVICE : advice;
      return fail('links', `${where} answered ${answer.status}`, why);
    }
    const disposition = answer.headers.get('content-disposition') ?? '';
    if (disposition.startsWith('attachment')) return ok('links', `work at ${where}`);
    return fail('links', `${where} shows files instead of saving them`, advice);
  } catch (error) {
    const report = publicEndpoint ? warn : fail;
    return report('links', `cannot be opened from here: ${toReason(error)}`, advice);
  }
};

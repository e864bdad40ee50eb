import {stat} from 'node:fs/promises';

import {fail, ok, toReason, warn} from './finding.js';
import type {DoctorDeps, Finding} from './finding.js';
import {formatCount} from '../text/count.js';

const MIN_BYTES = 32;
/** 32 random hexadecimal digits have fewer 3 times in a million; `change-me-change-me-…` has 8. */
const MIN_DIFFERENT_BYTES = 9;
const READABLE_BY_ALL = 0o004;
const WRITABLE_BY_OTHERS = 0o022;

const ROTATION_ADVICE =
  'Before you remove the old key, create webhooks and secrets of responders again. Visitors whose ' +
  'token has the old key must then start again. See "Rotation of the secret" in examples/deploy/OPERATIONS.md.';

export async function* checkSecret({config}: DoctorDeps): AsyncGenerator<Finding> {
  const {secrets, secretFile, production} = config;
  const weak = secrets.filter(
    ({bytes}) => bytes.length < MIN_BYTES || new Set(bytes).size < MIN_DIFFERENT_BYTES,
  );
  yield weak.length === 0
    ? ok('strength', `${formatCount(secrets.length, 'key')}, long enough`)
    : fail(
        'strength',
        `${weak.length} of ${formatCount(secrets.length, 'key')} can be guessed`,
        'Use 32 random bytes: openssl rand -hex 32. A guessed key allows forging visitor tokens.',
      );
  if (secrets.length > 1) {
    yield ok('rotation', 'the first key signs, all keys verify', ROTATION_ADVICE);
  }
  if (!secretFile) {
    yield ok('keeping', 'set by SECRET_KEY');
    return;
  }
  yield await checkFile(secretFile, production);
}

const checkFile = async (file: string, production: boolean): Promise<Finding> => {
  try {
    const {mode} = await stat(file);
    const shown = `${file} with mode ${(mode & 0o777).toString(8).padStart(4, '0')}`;
    if (mode & WRITABLE_BY_OTHERS) {
      return fail('keeping', shown, `Other users can replace it. Run chmod 0400 ${file}`);
    }
    if (mode & READABLE_BY_ALL) {
      const advice = `All users of the machine can read it. Run chmod 0400 ${file} (or 0440 for a group).`;
      return production ? fail('keeping', shown, advice) : warn('keeping', shown, advice);
    }
    return ok('keeping', shown);
  } catch (error) {
    return fail('keeping', toReason(error), 'Set SECRET_KEY_FILE to a readable file.');
  }
};

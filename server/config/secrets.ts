import {createHash, hkdfSync, randomBytes} from 'node:crypto';
import {
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';

import {formatCount} from '../text/count.js';
import type {Settings} from './environment.js';

/** Signing key with a short id. Rows store the id, so that a rotated key still verifies. */
export interface SecretKey {
  id: string;
  bytes: Buffer;
}

/** The first key signs, all verify. */
export type SecretKeys = readonly [SecretKey, ...SecretKey[]];

/** Derives a key for one purpose, so that a signature is never valid for another purpose. */
export const deriveKey = (secret: SecretKey, purpose: string): Buffer =>
  Buffer.from(hkdfSync('sha256', secret.bytes, 'maria-chat', purpose, 32));

const MIN_SECRET_LENGTH = 32;
const GENERATED_FILE = 'secret-key';

export const readSecrets = (settings: Settings, errors: string[]): string[] | undefined => {
  const given = settings.SECRET_KEY ?? readSecretFile(settings.SECRET_KEY_FILE, errors);
  if (given === undefined) return undefined;
  const keys = given.split(',').map((key) => key.trim());
  if (keys.some((key) => key.length < MIN_SECRET_LENGTH)) {
    errors.push(
      `SECRET_KEY must have at least ${MIN_SECRET_LENGTH} characters in each of its keys.`,
    );
  }
  return keys;
};

const readSecretFile = (file: string | undefined, errors: string[]): string | undefined => {
  if (!file) return undefined;
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    // The message omits the value, which can be the secret itself by mistake.
    const {code = 'unknown'} = error as NodeJS.ErrnoException;
    errors.push(
      `SECRET_KEY_FILE cannot be read (${code}). It must be the path of a readable file.`,
    );
    return undefined;
  }
};

/** Returns the path of the secret's file. Returns undefined if SECRET_KEY contains the secret. */
export const getSecretFile = (settings: Settings): string | undefined => {
  if (settings.SECRET_KEY) return undefined;
  return settings.SECRET_KEY_FILE ?? path.resolve(settings.DATA_DIR, GENERATED_FILE);
};

/** Returns the secret in the data folder. The first start generates it; later starts reuse it. */
export const loadOrCreateSecret = (dataDir: string, errors: string[]): string => {
  const file = path.join(dataDir, GENERATED_FILE);
  mkdirSync(dataDir, {recursive: true});
  if (!existsSync(file)) createSecretFile(file);
  const secret = readFileSync(file, 'utf8');
  const {length} = secret.trim();
  if (length < MIN_SECRET_LENGTH) {
    errors.push(
      `The generated secret in ${file} is incomplete: it has ${formatCount(length, 'character')}, but must have at ` +
        `least ${MIN_SECRET_LENGTH}. Restore the file from a backup. Or delete it, so that a new secret ` +
        'is generated: visitors then start over, and links in e-mails stop working.',
    );
  }
  return secret;
};

/** Writes the file under a temporary name and links it: it is complete and replaces no other. */
const createSecretFile = (file: string): void => {
  const part = `${file}.${randomBytes(6).toString('hex')}.part`;
  try {
    writeFileSync(part, randomBytes(32).toString('base64url'), {
      mode: 0o600,
      flag: 'wx',
      flush: true,
    });
    linkSync(part, file);
  } catch (error) {
    const {code = ''} = error as NodeJS.ErrnoException;
    // Some file systems do not support links.
    if (['EPERM', 'ENOTSUP', 'ENOSYS'].includes(code)) renameSync(part, file);
    else if (code !== 'EEXIST') throw error;
  } finally {
    rmSync(part, {force: true});
  }
};

export const createSecretKey = (secret: string): SecretKey => ({
  id: createHash('sha256').update(`key-id:${secret}`).digest('hex').slice(0, 8),
  bytes: Buffer.from(secret),
});

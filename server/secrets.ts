import {createHash, hkdfSync, randomBytes} from 'node:crypto';
import {mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import path from 'node:path';

import type {Settings} from './settings.js';

/** A signing key with the short name that rows keep, so that a rotated key still verifies. */
export interface SecretKey {
  id: string;
  bytes: Buffer;
}

/** A key for one purpose only, so that what is signed for one can never pass for another. */
export const derivedKey = (secret: SecretKey, purpose: string): Buffer =>
  Buffer.from(hkdfSync('sha256', secret.bytes, 'maria-chat', purpose, 32));

const MIN_SECRET_LENGTH = 32;
const OWN_FILE = 'secret-key';

export const givenSecrets = (settings: Settings, faults: string[]): string[] | undefined => {
  const given = settings.SECRET_KEY ?? secretFromFile(settings.SECRET_KEY_FILE, faults);
  if (given === undefined) return undefined;
  const keys = given.split(',').map((key) => key.trim());
  if (keys.some((key) => key.length < MIN_SECRET_LENGTH)) {
    faults.push(`SECRET_KEY needs at least ${MIN_SECRET_LENGTH} characters in each of its keys.`);
  }
  return keys;
};

const secretFromFile = (file: string | undefined, faults: string[]): string | undefined => {
  if (!file) return undefined;
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    faults.push(`SECRET_KEY_FILE cannot be read: ${(error as Error).message}`);
    return undefined;
  }
};

/** Where the secret is kept, unless it came with the environment. */
export const secretFile = (settings: Settings): string | undefined => {
  if (settings.SECRET_KEY) return undefined;
  return settings.SECRET_KEY_FILE ?? path.resolve(settings.DATA_DIR, OWN_FILE);
};

/** Kept in the data folder, so that a restart does not throw out every visitor. */
export const generatedSecret = (dataDir: string): string => {
  const file = path.join(dataDir, OWN_FILE);
  mkdirSync(dataDir, {recursive: true});
  try {
    writeFileSync(file, randomBytes(32).toString('base64url'), {mode: 0o600, flag: 'wx'});
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  return readFileSync(file, 'utf8');
};

export const secretKey = (secret: string): SecretKey => ({
  id: createHash('sha256').update(`key-id:${secret}`).digest('hex').slice(0, 8),
  bytes: Buffer.from(secret),
});

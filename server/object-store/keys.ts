import {InvalidKey} from './errors.js';

/** Maximum length of a key in S3. */
const MAX_KEY_BYTES = 1024;
const CONTROL_OR_BACKSLASH = /[\p{Cc}\\]/u;

/** Throws `InvalidKey` unless every store can distinguish the key from all other keys. */
export function requireKey(key: string): void {
  if (isKey(key)) return;
  throw new InvalidKey(key);
}

function isKey(key: string): boolean {
  if (Buffer.byteLength(key) > MAX_KEY_BYTES) return false;
  const isUnicode = Buffer.from(key).toString() === key;
  if (!isUnicode || CONTROL_OR_BACKSLASH.test(key)) return false;
  return key.split('/').every((segment) => segment !== '' && segment !== '.' && segment !== '..');
}

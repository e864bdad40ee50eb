import {createCipheriv, createDecipheriv, randomBytes} from 'node:crypto';

import {deriveKey} from './secrets.js';
import type {SecretKey} from './secrets.js';

const PREFIX = 'sealed:';
const PURPOSE = 'site-credentials';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

export const isEncryptedSecret = (text: string): boolean => text.startsWith(PREFIX);

/** Encrypts a site's credential for the database. It is useless without the server's secret. */
export const encryptSecret = (text: string, signing: SecretKey): string => {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', deriveKey(signing, PURPOSE), nonce);
  const bytes = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  const box = Buffer.concat([nonce, cipher.getAuthTag(), bytes]).toString('base64url');
  return `${PREFIX}${signing.id}:${box}`;
};

/** Decrypts a credential. Returns undefined if its secret key is no longer in `secrets`. */
export const decryptSecret = (text: string, secrets: readonly SecretKey[]): string | undefined => {
  const [, keyId, box = ''] = text.split(':');
  const key = secrets.find(({id}) => id === keyId);
  if (!key) return undefined;
  const bytes = Buffer.from(box, 'base64url');
  try {
    const nonce = bytes.subarray(0, NONCE_BYTES);
    const decipher = createDecipheriv('aes-256-gcm', deriveKey(key, PURPOSE), nonce);
    decipher.setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
    const text = decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES));
    return Buffer.concat([text, decipher.final()]).toString('utf8');
  } catch {
    // The text was truncated, or edited by hand.
    return undefined;
  }
};

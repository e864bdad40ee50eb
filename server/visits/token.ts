import {createHash, createHmac, timingSafeEqual} from 'node:crypto';

import {nanoid} from 'nanoid';

import {deriveKey} from '../config/secrets.js';
import type {SecretKey} from '../config/secrets.js';

/**
 * 258 random bits, with 64 possible characters. nanoid draws random bytes for many tokens in
 * advance.
 */
const RANDOM_CHARACTERS = 43;
const TOKEN = /^([A-Za-z0-9_-]{43})\.([a-z0-9-]{1,64})\.([A-Za-z0-9_-]{43})$/;

/**
 * Issues and verifies visitor tokens: random characters and a signature over them, the UUID and the
 * site. Because of the signature, a token can be issued without writing a row.
 */
export class VisitorTokens {
  private readonly keys: Buffer[];

  constructor(secrets: readonly SecretKey[]) {
    this.keys = secrets.map((secret) => deriveKey(secret, 'visitor-token'));
  }

  issue(uuid: string, site: string): string {
    const random = nanoid(RANDOM_CHARACTERS);
    return `${random}.${site}.${this.signature(this.keys[0] as Buffer, random, uuid, site)}`;
  }

  /**
   * Returns the site that the token was issued for; undefined if the token does not belong to the
   * UUID.
   */
  getSiteKey(token: string, uuid: string): string | undefined {
    const [, random, site, signature] = TOKEN.exec(token) ?? [];
    if (!random || !site || !signature) return undefined;
    const givenSignature = Buffer.from(signature);
    const isValid = this.keys.some((key) =>
      timingSafeEqual(Buffer.from(this.signature(key, random, uuid, site)), givenSignature),
    );
    return isValid ? site : undefined;
  }

  private signature(key: Buffer, random: string, uuid: string, site: string): string {
    return createHmac('sha256', key).update(`${random}.${uuid}.${site}`).digest('base64url');
  }
}

/** Returns the hash of a token, which is stored instead of the token. */
export const hashToken = (token: string): Buffer => createHash('sha256').update(token).digest();

export const isSameHash = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && timingSafeEqual(a, b);

import {createHash, createHmac, timingSafeEqual} from 'node:crypto';

import {nanoid} from 'nanoid';

import {derivedKey} from '../config/secrets.js';
import type {SecretKey} from '../config/secrets.js';

/** Of 64 different ones: 258 bits, drawn ahead for many tokens. */
const RANDOM_CHARACTERS = 43;
const TOKEN = /^([A-Za-z0-9_-]{43})\.([a-z0-9-]{1,64})\.([A-Za-z0-9_-]{43})$/;

/**
 * Makes and checks visitor tokens: 256 random bits and a signature over them, the UUID and the
 * site, so that a token can be handed out without writing anything.
 */
export class VisitorTokens {
  private readonly keys: Buffer[];

  constructor(secrets: SecretKey[]) {
    this.keys = secrets.map((secret) => derivedKey(secret, 'visitor-token'));
  }

  issue(uuid: string, site: string): string {
    const random = nanoid(RANDOM_CHARACTERS);
    return `${random}.${site}.${this.signature(this.keys[0] as Buffer, random, uuid, site)}`;
  }

  /** The site that the token was made for, or undefined when it does not belong to the UUID. */
  getSiteKey(token: string, uuid: string): string | undefined {
    const [, random, site, signature] = TOKEN.exec(token) ?? [];
    if (!random || !site || !signature) return undefined;
    const given = Buffer.from(signature);
    const fits = this.keys.some((key) =>
      timingSafeEqual(Buffer.from(this.signature(key, random, uuid, site)), given),
    );
    return fits ? site : undefined;
  }

  private signature(key: Buffer, random: string, uuid: string, site: string): string {
    return createHmac('sha256', key).update(`${random}.${uuid}.${site}`).digest('base64url');
  }
}

/** What is kept of a token. */
export const tokenHash = (token: string): Buffer => createHash('sha256').update(token).digest();

export const sameHash = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && timingSafeEqual(a, b);

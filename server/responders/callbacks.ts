import {createHmac, timingSafeEqual} from 'node:crypto';

import {validate as isUuid} from 'uuid';

import {MINUTE_MS} from '../units.js';

/** Time within which a responder must call back. */
export const CALL_BACK_MS = 15 * MINUTE_MS;

/**
 * Creates and verifies the URLs at which responders submit later replies. Each URL is valid for one
 * turn, until it expires.
 */
export class CallbackLinks {
  constructor(
    /** The first key signs, all keys verify. */
    private readonly keys: readonly [Buffer, ...Buffer[]],
    private readonly publicUrl: string,
  ) {}

  create(turnId: string, now = Date.now()): {url: string; expires_at: string} {
    const expires = Math.floor((now + CALL_BACK_MS) / 1_000);
    const link = `${turnId}.${expires}.${createMac(this.keys[0], turnId, expires)}`;
    return {
      url: `${this.publicUrl}/api/messages/answers/${link}`,
      expires_at: new Date(expires * 1_000).toISOString(),
    };
  }

  /** Returns the turn of a link; undefined if we did not sign the link. */
  read(link: string, now = Date.now()): {turnId: string; isExpired: boolean} | undefined {
    const [turnId = '', expiresText = '', mac = ''] = link.split('.');
    const expires = Number(expiresText);
    if (!isUuid(turnId) || !/^\d{1,12}$/.test(expiresText)) return undefined;
    const receivedMac = Buffer.from(mac);
    const isValid = this.keys.some((key) => {
      const expectedMac = Buffer.from(createMac(key, turnId, expires));
      return expectedMac.length === receivedMac.length && timingSafeEqual(expectedMac, receivedMac);
    });
    return isValid ? {turnId, isExpired: expires * 1_000 < now} : undefined;
  }
}

const createMac = (key: Buffer, turnId: string, expires: number): string =>
  createHmac('sha256', key).update(`${turnId}.${expires}`).digest('base64url');

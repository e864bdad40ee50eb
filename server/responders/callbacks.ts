import {createHmac, timingSafeEqual} from 'node:crypto';

import {validate as isUuid} from 'uuid';

/** How long a responder that calls back may take. */
export const CALL_BACK_MS = 15 * 60_000;

/** Addresses at which later answers are taken, each for one turn and until a time. */
export class CallBackLinks {
  constructor(
    /** The first signs, all verify. */
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

  /** The turn of a link; undefined when it is none of ours, `expired` when it was. */
  read(link: string, now = Date.now()): {turnId: string; isExpired: boolean} | undefined {
    const [turnId = '', given = '', mac = ''] = link.split('.');
    const expires = Number(given);
    if (!isUuid(turnId) || !/^\d{1,12}$/.test(given)) return undefined;
    const got = Buffer.from(mac);
    const fits = this.keys.some((key) => {
      const right = Buffer.from(createMac(key, turnId, expires));
      return right.length === got.length && timingSafeEqual(right, got);
    });
    return fits ? {turnId, isExpired: expires * 1_000 < now} : undefined;
  }
}

const createMac = (key: Buffer, turnId: string, expires: number): string =>
  createHmac('sha256', key).update(`${turnId}.${expires}`).digest('base64url');

import {createHmac, timingSafeEqual} from 'node:crypto';

import {derivedKey} from '../config/secrets.js';
import type {SecretKey} from '../config/secrets.js';

/**
 * Makes and checks the path of a confirmation link. The 256 bits are derived from the row's id and
 * the secret: a mail sent again carries the same link, and nothing at rest can be used as one.
 */
export class ConfirmationLinks {
  private readonly keys: Map<string, Buffer>;

  constructor(
    private readonly secrets: SecretKey[],
    private readonly publicUrl: string,
  ) {
    this.keys = new Map(secrets.map((secret) => [secret.id, derivedKey(secret, 'confirmation')]));
  }

  /** The key that signs new links; a row keeps its name. */
  get keyId(): string {
    return (this.secrets[0] as SecretKey).id;
  }

  /** Throws when the key has been rotated out: such a link could not be confirmed either. */
  url(id: string, keyId: string): string {
    const mac = this.mac(id, keyId);
    if (!mac) throw new Error(`The secret with id ${keyId} is not configured any more.`);
    return `${this.publicUrl}/verify/${id}.${mac}`;
  }

  fits(id: string, keyId: string, mac: string): boolean {
    const expected = Buffer.from(this.mac(id, keyId) ?? '');
    const given = Buffer.from(mac);
    return expected.length === given.length && timingSafeEqual(expected, given);
  }

  private mac(id: string, keyId: string): string | undefined {
    const key = this.keys.get(keyId);
    return key && createHmac('sha256', key).update(id).digest('base64url');
  }
}

import {createHmac, timingSafeEqual} from 'node:crypto';

import {deriveKey} from '../config/secrets.js';
import type {SecretKeys} from '../config/secrets.js';

/**
 * Creates and checks confirmation links. Their 256 bits are derived from the row's id and the
 * secret: a repeated e-mail has the same link, and no stored value can be used as a link.
 */
export class ConfirmationLinks {
  private readonly keys: Map<string, Buffer>;

  constructor(
    private readonly secrets: SecretKeys,
    private readonly publicUrl: string,
  ) {
    this.keys = new Map(secrets.map((secret) => [secret.id, deriveKey(secret, 'confirmation')]));
  }

  /** Id of the key that signs new links; it is stored in the link's row. */
  get keyId(): string {
    return this.secrets[0].id;
  }

  /** Throws if the key was removed from the settings: such a link could not be confirmed either. */
  createUrl(id: string, keyId: string): string {
    const mac = this.createMac(id, keyId);
    if (!mac) throw new Error(`The secret with id ${keyId} is no longer configured.`);
    return `${this.publicUrl}/verify/${id}.${mac}`;
  }

  isValid(id: string, keyId: string, mac: string): boolean {
    const expected = Buffer.from(this.createMac(id, keyId) ?? '');
    const given = Buffer.from(mac);
    return expected.length === given.length && timingSafeEqual(expected, given);
  }

  private createMac(id: string, keyId: string): string | undefined {
    const key = this.keys.get(keyId);
    return key && createHmac('sha256', key).update(id).digest('base64url');
  }
}

import {createHmac, timingSafeEqual} from 'node:crypto';

import {deriveKey} from '../config/secrets.js';
import type {SecretKeys} from '../config/secrets.js';
import {readUuid} from '../text/uuid.js';

/**
 * Creates and checks the tokens of links. Their 256 bits are derived from the row's id and the
 * secret: a repeated e-mail has the same link, and no stored value can be used as a link.
 */
export class LinkTokens {
  private readonly keys: Map<string, Buffer>;

  constructor(
    private readonly secrets: SecretKeys,
    purpose: 'confirmation' | 'sign-in' | 'mailed-invitation',
  ) {
    this.keys = new Map(secrets.map((secret) => [secret.id, deriveKey(secret, purpose)]));
  }

  /** Id of the key that signs new links; it is stored in the link's row. */
  get keyId(): string {
    return this.secrets[0].id;
  }

  /** Whether links of a key work. It can have been removed from the settings. */
  hasKey(keyId: string): boolean {
    return this.keys.has(keyId);
  }

  /** Throws if the key was removed from the settings: such a link could not be used either. */
  create(id: string, keyId: string): string {
    const mac = this.createMac(id, keyId);
    if (!mac) throw new Error(`The secret with id ${keyId} is no longer configured.`);
    return `${id}.${mac}`;
  }

  /** Returns the id and the MAC of a token, which are not verified. */
  static split(token: string): {id: string | undefined; mac: string} {
    const [id, mac = ''] = token.split('.');
    return {id: readUuid(id), mac};
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

/** Creates and checks the links of confirmation e-mails. */
export class ConfirmationLinks extends LinkTokens {
  constructor(
    secrets: SecretKeys,
    private readonly publicUrl: string,
  ) {
    super(secrets, 'confirmation');
  }

  createUrl(id: string, keyId: string): string {
    return `${this.publicUrl}/verify/${this.create(id, keyId)}`;
  }
}

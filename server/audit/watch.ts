import type {FastifyBaseLogger} from 'fastify';

import type {Sql} from '../database/connect.js';
import {raiseAlert} from '../mail/alerts.js';
import type {AuditAttempts, AuditEntry} from './store.js';
import {Occurrences} from './occurrences.js';

const MINUTE_MS = 60_000;
export const SUSPICIOUS_UUIDS = 20;
export const SUSPICIOUS_TOKENS = 50;
export const LIMIT_VIOLATIONS = 10;

export interface Actor {
  /** Whom the counting is about: an address, or an IPv6 /64. */
  client: string;
  /** As it may be stored. */
  address: string | null;
  uuid?: string | undefined;
}

/** Notices addresses that try too often: guessed UUIDs, refused tokens, exceeded limits. */
export class Watch {
  private readonly uuids = new Occurrences(10 * MINUTE_MS, SUSPICIOUS_UUIDS);
  private readonly tokens = new Occurrences(10 * MINUTE_MS, SUSPICIOUS_TOKENS);
  private readonly violations = new Occurrences(60 * MINUTE_MS, LIMIT_VIOLATIONS);
  private readonly audited = new Occurrences(MINUTE_MS, 1);

  constructor(
    private readonly sql: Sql,
    private readonly attempts: AuditAttempts,
    private readonly log: FastifyBaseLogger,
  ) {}

  uuidRefused(actor: Actor): void {
    if (this.uuids.add(actor.client) !== SUSPICIOUS_UUIDS) return;
    this.uuids.forget(actor.client);
    this.suspect(actor, 'uuids', SUSPICIOUS_UUIDS);
  }

  tokenRefused(actor: Actor): void {
    if (this.tokens.add(actor.client) !== SUSPICIOUS_TOKENS) return;
    this.tokens.forget(actor.client);
    this.suspect(actor, 'tokens', SUSPICIOUS_TOKENS);
  }

  /** Audited at most once a minute and address; alerted at ten in an hour. */
  limitExceeded(actor: Actor, route: string): void {
    if (this.audited.isFirst(actor.client)) {
      this.record({event: 'rate_limit_exceeded', address: actor.address, metadata: {route}});
    }
    if (this.violations.add(actor.client) !== LIMIT_VIOLATIONS) return;
    this.violations.forget(actor.client);
    this.alert(
      'rate_limit',
      `One address exceeded its limit ${LIMIT_VIOLATIONS} times in an hour.`,
    );
  }

  originRefused(actor: Actor, origin: string): void {
    if (!this.audited.isFirst(`origin ${actor.client}`)) return;
    this.record({
      event: 'origin_refused',
      address: actor.address,
      metadata: {origin: origin.slice(0, 200)},
    });
  }

  private suspect({address, uuid}: Actor, kind: string, count: number): void {
    this.record({event: 'suspicious_activity', uuid, address, metadata: {kind, count}});
    this.alert(`suspicious_${kind}`, `One address tried ${count} ${kind} in ten minutes.`);
  }

  private alert(cause: string, message: string): void {
    raiseAlert(this.sql, {cause, code: 'suspicious_activity', message}).catch((error: unknown) => {
      this.log.error({err: error, cause}, 'an alert could not be queued');
    });
  }

  private record(entry: AuditEntry): void {
    this.attempts.record(entry).catch((error: unknown) => {
      this.log.error({err: error, event: entry.event}, 'an audit row could not be written');
    });
  }
}

import type {FastifyBaseLogger} from 'fastify';

import type {Sql} from '../database/sql.js';
import type {SharedCounters} from '../http/rate-limits.js';
import {isDatabaseDown} from '../database/failure.js';
import {raiseAlert} from '../alerts/alerts.js';
import {OncePerWindow} from './once-per-window.js';
import type {BatchedAuditWriter, AuditEntry} from '../audit/store.js';
import type {WindowLimit, SlidingWindowCounter} from './sliding-window-counter.js';

const MINUTE_MS = 60_000;
export const SUSPICIOUS_UUIDS = {kind: 'uuids', times: 20, windowMs: 10 * MINUTE_MS};
export const SUSPICIOUS_TOKENS = {kind: 'tokens', times: 50, windowMs: 10 * MINUTE_MS};
const LIMIT_VIOLATIONS = {kind: 'rate_limit', times: 10, windowMs: 60 * MINUTE_MS};

interface Actor {
  /** Whom the counting is about: an address, or an IPv6 /64. */
  client: string;
  /** As it may be stored. */
  address: string | null;
  uuid?: string | undefined;
}

export interface AbuseMonitorDeps {
  sql: Sql;
  attempts: BatchedAuditWriter;
  log: FastifyBaseLogger;
  watched: SlidingWindowCounter;
  counters: SharedCounters;
}

/** Notices addresses that try too often: guessed UUIDs, refused tokens, exceeded limits. */
export class AbuseMonitor {
  /** Before the counters are asked: a flood is stopped in this process. */
  private readonly seen = new OncePerWindow(MINUTE_MS);

  constructor(private readonly deps: AbuseMonitorDeps) {}

  uuidRefused(actor: Actor): void {
    this.suspect(actor, SUSPICIOUS_UUIDS);
  }

  tokenRefused(actor: Actor): void {
    this.suspect(actor, SUSPICIOUS_TOKENS);
  }

  /** Audited at most once a minute and address; alerted at ten in an hour. */
  limitExceeded(actor: Actor, route: string): void {
    this.recordOnce(actor, {event: 'rate_limit_exceeded', metadata: {route}});
    this.count(actor, LIMIT_VIOLATIONS, async () => {
      await this.alert(
        'rate_limit',
        `One address exceeded its limit ${LIMIT_VIOLATIONS.times} times in an hour.`,
      );
    });
  }

  originRefused(actor: Actor, {origin, site}: {origin: string; site: string}): void {
    const metadata = {origin: origin.slice(0, 200)};
    this.recordOnce(actor, {event: 'origin_refused', site, metadata});
  }

  private suspect(actor: Actor, threshold: WindowLimit): void {
    this.count(actor, threshold, async () => {
      const {kind, times: count} = threshold;
      const {uuid, address} = actor;
      const metadata = {kind, count};
      await this.deps.attempts.record({event: 'suspicious_activity', uuid, address, metadata});
      await this.alert(`suspicious_${kind}`, `One address tried ${count} ${kind} in ten minutes.`);
    });
  }

  private count({client}: Actor, threshold: WindowLimit, onReached: () => Promise<void>): void {
    this.inBackground(threshold.kind, async () => {
      if (await this.deps.watched.hit(threshold, client)) await onReached();
    });
  }

  /** At most once a minute and address, over all replicas. */
  private recordOnce({client, address}: Actor, entry: AuditEntry): void {
    const key = `${entry.event} ${client}`;
    if (!this.seen.allows(key)) return;
    this.inBackground(entry.event, async () => {
      const {current} = await this.deps.counters.count(`audited ${key}`);
      if (current === 1) await this.deps.attempts.record({...entry, address});
    });
  }

  private alert(cause: string, message: string): Promise<void> {
    return raiseAlert(this.deps.sql, {cause, code: 'suspicious_activity', message});
  }

  /** The refusal is answered meanwhile; the watching must not delay it. */
  private inBackground(what: string, work: () => Promise<void>): void {
    work().catch((error: unknown) => {
      const level = isDatabaseDown(error) ? 'warn' : 'error';
      this.deps.log[level]({err: error, what}, 'what looked suspicious could not be told');
    });
  }
}

import type {FastifyBaseLogger} from 'fastify';

import type {Sql} from '../database/sql.js';
import type {SharedCounters} from '../http/rate-limits.js';
import {isDatabaseDown} from '../database/errors.js';
import {raiseAlert} from '../alerts/alerts.js';
import {OncePerWindow} from './once-per-window.js';
import type {BatchedAuditWriter, AuditEntry} from '../audit/store.js';
import {MINUTE_MS} from '../units.js';
import type {WindowLimit, SlidingWindowCounter} from './sliding-window-counter.js';

export const SUSPICIOUS_UUIDS = {kind: 'uuids', times: 20, windowMs: 10 * MINUTE_MS};
export const SUSPICIOUS_TOKENS = {kind: 'tokens', times: 50, windowMs: 10 * MINUTE_MS};
/** Refused requests by kind, for the alert. */
const REFUSED: Record<string, string> = {
  uuids: 'invalid or taken UUIDs',
  tokens: 'wrong tokens',
};
const LIMIT_VIOLATIONS = {kind: 'rate_limit', times: 10, windowMs: 60 * MINUTE_MS};

interface Actor {
  /** Client network that is counted: an IPv4 address or an IPv6 /64. */
  client: string;
  /** IP address in the form that `IP_MODE` allows to store. */
  ipAddress: string | null;
  uuid?: string | undefined;
}

export interface AbuseMonitorDeps {
  sql: Sql;
  attempts: BatchedAuditWriter;
  log: FastifyBaseLogger;
  counter: SlidingWindowCounter;
  counters: SharedCounters;
}

/** Detects client networks with too many guessed UUIDs, refused tokens or exceeded limits. */
export class AbuseMonitor {
  /** Limit of this process, before the shared counters, so that a flood causes no queries. */
  private readonly seen = new OncePerWindow(MINUTE_MS);

  constructor(private readonly deps: AbuseMonitorDeps) {}

  recordUuidRefusal(actor: Actor): void {
    this.suspect(actor, SUSPICIOUS_UUIDS);
  }

  recordTokenRefusal(actor: Actor): void {
    this.suspect(actor, SUSPICIOUS_TOKENS);
  }

  /** Audits at most once a minute per client network, and raises an alert at ten in an hour. */
  recordLimitViolation(actor: Actor, route: string): void {
    this.recordOnce(actor, {event: 'rate_limit_exceeded', metadata: {route}});
    this.count(actor, LIMIT_VIOLATIONS, async () => {
      await this.alert(
        'rate_limit',
        `One client network sent more requests than its limit allows, ${LIMIT_VIOLATIONS.times} times in an hour.`,
      );
    });
  }

  recordOriginRefusal(actor: Actor, {origin, site}: {origin: string; site: string}): void {
    const metadata = {origin: origin.slice(0, 200)};
    this.recordOnce(actor, {event: 'origin_refused', site, metadata});
  }

  private suspect(actor: Actor, threshold: WindowLimit): void {
    this.count(actor, threshold, async () => {
      const {kind, times: count} = threshold;
      const {uuid, ipAddress} = actor;
      const metadata = {kind, count};
      await this.deps.attempts.record({event: 'suspicious_activity', uuid, ipAddress, metadata});
      await this.alert(
        `suspicious_${kind}`,
        `One client network sent ${count} ${REFUSED[kind]} in ten minutes.`,
      );
    });
  }

  private count({client}: Actor, threshold: WindowLimit, onReached: () => Promise<void>): void {
    this.inBackground(threshold.kind, async () => {
      if (await this.deps.counter.hit(threshold, client)) await onReached();
    });
  }

  /** Records each kind of event at most once a minute per client network, over all replicas. */
  private recordOnce({client, ipAddress}: Actor, entry: AuditEntry): void {
    const key = `${entry.event} ${client}`;
    if (!this.seen.allows(key)) return;
    this.inBackground(entry.event, async () => {
      const {current} = await this.deps.counters.addHit(`audited ${key}`);
      if (current === 1) await this.deps.attempts.record({...entry, ipAddress});
    });
  }

  private alert(cause: string, message: string): Promise<void> {
    return raiseAlert(this.deps.sql, {cause, code: 'suspicious_activity', message});
  }

  /** Runs the work without delaying the response of the refusal. */
  private inBackground(what: string, work: () => Promise<void>): void {
    work().catch((error: unknown) => {
      const level = isDatabaseDown(error) ? 'warn' : 'error';
      this.deps.log[level]({err: error, what}, 'failed to record suspicious activity');
    });
  }
}

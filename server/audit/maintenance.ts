import type {Config} from '../config/config.js';
import {isDatabaseDown} from '../database/failure.js';
import type {RestoreGuard} from '../database/restore-guard.js';
import {raiseAlert} from '../alerts/alerts.js';
import {dropOldMonths} from './archive.js';
import type {AuditMaintenanceDeps} from './archive.js';
import {chainTrail} from './chain.js';
import {auditMonths, chainHead} from './chain-store.js';
import {makeAuditPartitions} from './partitions.js';
import {redactLateIpAddresses} from './store.js';

const TURN_MS = 60_000;
/** Replicas that were started together should not all look in the same second. */
const JITTER = 0.2;
const HEADS_INTERVAL_MS = 3_600_000;

/**
 * What the trail needs beside its rows: months made ahead, hashes, archives. On a timer of its own,
 * since a month takes its time to archive and a visitor's refusal must not wait for it.
 */
export class AuditMaintenance {
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();
  private readonly stopping = new AbortController();
  private headsLoggedAt = -HEADS_INTERVAL_MS;

  constructor(
    private readonly deps: AuditMaintenanceDeps & {config: Config; known: RestoreGuard},
    private readonly turnMs = TURN_MS,
  ) {}

  start(): void {
    if (this.stopping.signal.aborted) return;
    this.timer = setTimeout(
      () => {
        this.running = this.runOnce();
        void this.running.finally(() => {
          this.start();
        });
      },
      this.turnMs * (1 + JITTER * Math.random()),
    );
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    clearTimeout(this.timer);
    await this.running;
  }

  private async runOnce(): Promise<void> {
    const {config, known, log, sql} = this.deps;
    try {
      const {signal} = this.stopping;
      const drops = config.cleanup.intervalMs > 0 && !(await known.check());
      await maintainAudit({...this.deps, signal}, {drops});
      await this.logChainHeads();
    } catch (error) {
      log.error({err: error}, 'the trail could not be kept');
      if (isDatabaseDown(error)) return;
      const message = 'The audit trail could not be chained or archived. The log has the cause.';
      await raiseAlert(sql, {cause: 'audit_trail', code: 'audit_trail_failed', message}).catch(
        (alertError: unknown) => {
          log.error({err: alertError}, 'an alert could not be queued');
        },
      );
    }
  }

  /** Where nobody who can write to the database can change it. */
  private async logChainHeads(): Promise<void> {
    const now = performance.now();
    if (now - this.headsLoggedAt < HEADS_INTERVAL_MS) return;
    this.headsLoggedAt = now;
    const {sql, log} = this.deps;
    for (const month of await auditMonths(sql)) {
      const head = await chainHead(sql, month);
      if (!head) continue;
      const hash = Buffer.from(head.hash).toString('hex');
      log.info({audit_chain: {month, seq: head.seq, hash}}, 'the trail is chained up to here');
    }
  }
}

/** One turn; also `maria cleanup`. */
export const maintainAudit = async (
  deps: AuditMaintenanceDeps,
  {drops}: {drops: boolean},
): Promise<void> => {
  const {sql, signal} = deps;
  await makeAuditPartitions(sql);
  await redactLateIpAddresses(sql);
  await chainTrail(sql, {signal});
  if (drops) await dropOldMonths(deps);
};

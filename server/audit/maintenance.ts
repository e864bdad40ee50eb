import type {Config} from '../config/config.js';
import {isDatabaseDown} from '../database/errors.js';
import type {RestoreGuard} from '../database/restore-guard.js';
import {raiseAlert} from '../alerts/alerts.js';
import {HOUR_MS, MINUTE_MS} from '../units.js';
import {dropOldMonths} from './archive.js';
import type {AuditMaintenanceDeps} from './archive.js';
import {chainAuditLog} from './chain/chain.js';
import {auditMonths, chainHead} from './chain/store.js';
import {makeAuditPartitions} from './partitions.js';
import {redactLateIpAddresses} from './store.js';

const RUN_INTERVAL_MS = MINUTE_MS;
/** Replicas that were started together must not all query in the same second. */
const JITTER = 0.2;
const HEADS_INTERVAL_MS = HOUR_MS;

/**
 * Maintains the audit log: creates partitions ahead, chains rows, archives months. It has a
 * separate timer, because archiving a month is slow and a visitor's refusal must not wait for it.
 */
export class AuditMaintenance {
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();
  private readonly stopping = new AbortController();
  private headsLoggedAt = -HEADS_INTERVAL_MS;

  constructor(
    private readonly deps: AuditMaintenanceDeps & {config: Config; restoreGuard: RestoreGuard},
    private readonly intervalMs = RUN_INTERVAL_MS,
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
      this.intervalMs * (1 + JITTER * Math.random()),
    );
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    clearTimeout(this.timer);
    await this.running;
  }

  private async runOnce(): Promise<void> {
    const {config, restoreGuard, log, sql} = this.deps;
    try {
      const {signal} = this.stopping;
      const drops = config.cleanup.intervalMs > 0 && !(await restoreGuard.check());
      await maintainAudit({...this.deps, signal}, {drops});
      await this.logChainHeads();
    } catch (error) {
      log.error({err: error}, 'failed to maintain the audit log');
      if (isDatabaseDown(error)) return;
      const message =
        'The newest rows of the audit log could not be chained, or its oldest rows could not be archived.';
      await raiseAlert(sql, {cause: 'audit_trail', code: 'audit_trail_failed', message}).catch(
        (alertError: unknown) => {
          log.error({err: alertError}, 'failed to queue an alert');
        },
      );
    }
  }

  /** Logs the hashes outside the database, where database access is not enough to change them. */
  private async logChainHeads(): Promise<void> {
    const now = performance.now();
    if (now - this.headsLoggedAt < HEADS_INTERVAL_MS) return;
    this.headsLoggedAt = now;
    const {sql, log} = this.deps;
    for (const month of await auditMonths(sql)) {
      const head = await chainHead(sql, month);
      if (!head) continue;
      const hash = Buffer.from(head.hash).toString('hex');
      log.info({audit_chain: {month, seq: head.seq, hash}}, 'last hash of the audit chain');
    }
  }
}

/** Runs the maintenance once; `maria cleanup` calls it too. */
export const maintainAudit = async (
  deps: AuditMaintenanceDeps,
  {drops}: {drops: boolean},
): Promise<void> => {
  const {sql, signal} = deps;
  await makeAuditPartitions(sql);
  await redactLateIpAddresses(sql);
  await chainAuditLog(sql, {signal});
  if (drops) await dropOldMonths(deps);
};

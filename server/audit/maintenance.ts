import type {Config} from '../config/config.js';
import {isDatabaseDown} from '../database/failure.js';
import type {KnownDatabase} from '../database/restore-guard.js';
import {raiseAlert} from '../alerts/alerts.js';
import {dropOldMonths} from './archive.js';
import type {TrailParts} from './archive.js';
import {chainTrail} from './chain.js';
import {auditMonths, chainHead} from './chain-store.js';
import {makeAuditPartitions} from './partitions.js';
import {forgetLateAddresses} from './store.js';

const TURN_MS = 60_000;
/** Replicas that were started together should not all look in the same second. */
const JITTER = 0.2;
const HEAD_TOLD_MS = 3_600_000;

/**
 * What the trail needs beside its rows: months made ahead, hashes, archives. On a timer of its own,
 * since a month takes its time to archive and a visitor's refusal must not wait for it.
 */
export class TrailKeeper {
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();
  private readonly stopping = new AbortController();
  private headToldAt = -HEAD_TOLD_MS;

  constructor(
    private readonly parts: TrailParts & {config: Config; known: KnownDatabase},
    private readonly turnMs = TURN_MS,
  ) {}

  start(): void {
    if (this.stopping.signal.aborted) return;
    this.timer = setTimeout(
      () => {
        this.running = this.turn();
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

  private async turn(): Promise<void> {
    const {config, known, log, sql} = this.parts;
    try {
      const {signal} = this.stopping;
      const drops = config.cleanup.intervalMs > 0 && !(await known.look());
      await keepTrail({...this.parts, signal}, {drops});
      await this.tellHead();
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
  private async tellHead(): Promise<void> {
    const now = performance.now();
    if (now - this.headToldAt < HEAD_TOLD_MS) return;
    this.headToldAt = now;
    const {sql, log} = this.parts;
    for (const month of await auditMonths(sql)) {
      const head = await chainHead(sql, month);
      if (!head) continue;
      const hash = Buffer.from(head.hash).toString('hex');
      log.info({audit_chain: {month, seq: head.seq, hash}}, 'the trail is chained up to here');
    }
  }
}

/** One turn; also `maria cleanup`. */
export const keepTrail = async (parts: TrailParts, {drops}: {drops: boolean}): Promise<void> => {
  const {sql, signal} = parts;
  await makeAuditPartitions(sql);
  await forgetLateAddresses(sql);
  await chainTrail(sql, {signal});
  if (drops) await dropOldMonths(parts);
};

import {randomUUID} from 'node:crypto';
import {setTimeout as sleep} from 'node:timers/promises';

import {connectDatabase} from '../database/connect.js';
import type {Sql} from '../database/sql.js';

const CHECK_CHANNEL = 'maria_check';
/** Interval at which the connection sends a notification to itself. */
const CHECK_MS = 5_000;
const RETRY_MS = 500;

export interface ListenerDeps {
  databaseUrl: string;
  channels: string[];
  onNotification: (channel: string, payload: string) => void;
  /** Called when notifications arrive again. Those sent in between are lost. */
  onRecovered: () => void;
}

/**
 * Connection of this process that listens for notifications. It regularly sends a notification to
 * itself: a pooler before the database can accept LISTEN and never deliver anything, and a dead
 * connection can look idle.
 */
export class NotificationListener {
  /** Whether notifications arrive. If not, subscribers must poll. */
  isListening = false;
  private readonly id = randomUUID();
  private readonly stopping = new AbortController();
  private running: Promise<void> = Promise.resolve();

  constructor(private readonly deps: ListenerDeps) {}

  start(): void {
    this.running = this.keepListening();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  private async keepListening(): Promise<void> {
    const {signal} = this.stopping;
    while (!signal.aborted) {
      const lost = new AbortController();
      const sql = this.connect(lost);
      // Errors are ignored, because the loop connects again until it is stopped.
      await this.listen(sql, AbortSignal.any([signal, lost.signal])).catch(() => undefined);
      this.isListening = false;
      await sql.end({timeout: 1});
      await sleep(RETRY_MS, undefined, {signal}).catch(() => undefined);
    }
  }

  private connect(lost: AbortController): Sql {
    return connectDatabase({
      url: this.deps.databaseUrl,
      max: 1,
      applicationName: 'maria-chat listener',
      listening: {
        onNotice: (channel, payload) => {
          if (channel !== CHECK_CHANNEL) this.deps.onNotification(channel, payload);
          else if (payload === this.id) this.onCheckReceived();
        },
        onClose: () => {
          lost.abort();
        },
      },
    });
  }

  private async listen(sql: Sql, signal: AbortSignal): Promise<void> {
    for (const channel of [...this.deps.channels, CHECK_CHANNEL]) {
      await sql`listen ${sql(channel)}`;
    }
    while (!signal.aborted) {
      const sentAtMs = performance.now();
      await sql`
        select set_config('synchronous_commit', 'off', true), pg_notify(${CHECK_CHANNEL}, ${this.id})`;
      await sleep(CHECK_MS, undefined, {signal});
      if (this.receivedAtMs < sentAtMs) this.isListening = false;
    }
  }

  private receivedAtMs = -Infinity;

  private onCheckReceived(): void {
    this.receivedAtMs = performance.now();
    if (this.isListening) return;
    this.isListening = true;
    this.deps.onRecovered();
  }
}

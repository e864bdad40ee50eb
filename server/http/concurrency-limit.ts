import {Busy} from '../errors.js';

export interface ConcurrencyLimits {
  perSession: number;
  perClient: number;
  total: number;
}

/** Limit that was reached. */
export type ConcurrencyScope = 'session' | 'address' | 'total';

interface Scope {
  limit: ConcurrencyScope;
  key: string;
  max: number;
}

const RETRY_AFTER_SECONDS = 5;

/** Limits concurrency in total, for each client network and for each session. */
export class ConcurrencyLimit {
  private readonly running = new Map<string, number>();

  constructor(
    private readonly limits: ConcurrencyLimits,
    /** Error message for the page's developer when a limit is reached. */
    private readonly message: string,
    private readonly onRefused: (limit: ConcurrencyScope) => void = () => undefined,
  ) {}

  get total(): number {
    return this.running.get('total') ?? 0;
  }

  /** Acquires a slot and returns the function that releases it. Throws `Busy`. */
  acquire(uuid: string, client: string): () => void {
    const scopes = this.listScopes(uuid, client);
    const full = scopes.find(({key, max}) => (this.running.get(key) ?? 0) >= max);
    if (full) {
      this.onRefused(full.limit);
      throw new Busy(this.message, {retryAfter: RETRY_AFTER_SECONDS});
    }
    for (const {key} of scopes) this.running.set(key, (this.running.get(key) ?? 0) + 1);
    let isReleased = false;
    return () => {
      if (isReleased) return;
      isReleased = true;
      // Listed again: a slot may be used for hours, and keeps little in memory.
      for (const {key} of this.listScopes(uuid, client)) this.release(key);
    };
  }

  private listScopes(uuid: string, client: string): Scope[] {
    return [
      {limit: 'session', key: `session:${uuid}`, max: this.limits.perSession},
      {limit: 'address', key: `address:${client}`, max: this.limits.perClient},
      {limit: 'total', key: 'total', max: this.limits.total},
    ];
  }

  private release(key: string): void {
    const left = (this.running.get(key) ?? 0) - 1;
    if (left > 0) this.running.set(key, left);
    else this.running.delete(key);
  }
}

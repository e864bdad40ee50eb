import {Busy} from '../errors.js';

export interface ConcurrencyLimits {
  perSession: number;
  perAddress: number;
  total: number;
}

/** Limit that was reached. */
export type ConcurrencyScope = 'session' | 'address' | 'total';

const RETRY_AFTER_SECONDS = 5;

/** Lets only so many of something go on at once: in all, from one address, in one session. */
export class ConcurrencyLimit {
  private readonly running = new Map<string, number>();

  constructor(
    private readonly limits: ConcurrencyLimits,
    /** For the page's developer, when it is shut. */
    private readonly message: string,
    private readonly onRefused: (limit: ConcurrencyScope) => void = () => undefined,
  ) {}

  get total(): number {
    return this.running.get('total') ?? 0;
  }

  /** Answers the function that gives the place back. Throws `Busy`. */
  acquire(uuid: string, client: string): () => void {
    const places: {place: string; max: number; limit: ConcurrencyScope}[] = [
      {limit: 'session', place: `session:${uuid}`, max: this.limits.perSession},
      {limit: 'address', place: `address:${client}`, max: this.limits.perAddress},
      {limit: 'total', place: 'total', max: this.limits.total},
    ];
    const full = places.find(({place, max}) => (this.running.get(place) ?? 0) >= max);
    if (full) {
      this.onRefused(full.limit);
      throw new Busy(this.message, {retryAfter: RETRY_AFTER_SECONDS});
    }
    for (const {place} of places) this.running.set(place, (this.running.get(place) ?? 0) + 1);
    let isIn = true;
    return () => {
      if (!isIn) return;
      isIn = false;
      for (const {place} of places) this.release(place);
    };
  }

  private release(place: string): void {
    const left = (this.running.get(place) ?? 0) - 1;
    if (left > 0) this.running.set(place, left);
    else this.running.delete(place);
  }
}

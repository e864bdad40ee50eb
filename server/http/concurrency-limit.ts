import {Busy} from '../errors.js';

export interface GateLimits {
  perSession: number;
  perAddress: number;
  total: number;
}

/** Limit that was reached. */
export type GateLimit = 'session' | 'address' | 'total';

const RETRY_AFTER_SECONDS = 5;

/** Lets only so many of something go on at once: in all, from one address, in one session. */
export class Gate {
  private readonly running = new Map<string, number>();

  constructor(
    private readonly limits: GateLimits,
    /** For the page's developer, when it is shut. */
    private readonly message: string,
    private readonly onRefused: (limit: GateLimit) => void = () => undefined,
  ) {}

  get total(): number {
    return this.running.get('total') ?? 0;
  }

  /** Answers the function that gives the place back. Throws `Busy`. */
  enter(uuid: string, client: string): () => void {
    const places: {place: string; most: number; limit: GateLimit}[] = [
      {limit: 'session', place: `session:${uuid}`, most: this.limits.perSession},
      {limit: 'address', place: `address:${client}`, most: this.limits.perAddress},
      {limit: 'total', place: 'total', most: this.limits.total},
    ];
    const full = places.find(({place, most}) => (this.running.get(place) ?? 0) >= most);
    if (full) {
      this.onRefused(full.limit);
      throw new Busy(this.message, {retryAfter: RETRY_AFTER_SECONDS});
    }
    for (const {place} of places) this.running.set(place, (this.running.get(place) ?? 0) + 1);
    let isIn = true;
    return () => {
      if (!isIn) return;
      isIn = false;
      for (const {place} of places) this.leave(place);
    };
  }

  private leave(place: string): void {
    const left = (this.running.get(place) ?? 0) - 1;
    if (left > 0) this.running.set(place, left);
    else this.running.delete(place);
  }
}

import type {Config} from '../config.js';
import {Busy} from '../errors.js';

const RETRY_AFTER_SECONDS = 5;

/** Lets only so many uploads run at once: in all, from one address, in one session. */
export class UploadGate {
  private readonly running = new Map<string, number>();

  constructor(private readonly limits: Config['uploads']) {}

  get total(): number {
    return this.running.get('total') ?? 0;
  }

  /** Answers the function that gives the place back. Throws `Busy`. */
  enter(uuid: string, client: string): () => void {
    const places: [string, number][] = [
      ['total', this.limits.total],
      [`address:${client}`, this.limits.perAddress],
      [`session:${uuid}`, this.limits.perSession],
    ];
    if (places.some(([place, limit]) => (this.running.get(place) ?? 0) >= limit)) {
      throw new Busy(undefined, {retryAfter: RETRY_AFTER_SECONDS});
    }
    for (const [place] of places) this.running.set(place, (this.running.get(place) ?? 0) + 1);
    return () => {
      for (const [place] of places) this.leave(place);
    };
  }

  private leave(place: string): void {
    const left = (this.running.get(place) ?? 0) - 1;
    if (left > 0) this.running.set(place, left);
    else this.running.delete(place);
  }
}

import {Unavailable} from '../errors.js';
import {isDatabaseDown, isStatementTimeout} from './failure.js';

export interface StatementBatcherOptions<In, Out> {
  /** Runs one statement, or one transaction, for a batch; answers in the same order. */
  run: (items: In[]) => Promise<Out[]>;
  maxBatch?: number;
  /** Waiting items beyond which callers are refused rather than kept. */
  maxWaiting?: number;
  maxInFlight?: number;
  /** The statement changes nothing, so that it can be run again when it took too long. */
  isReadOnly?: boolean;
}

interface Waiting<In, Out> {
  item: In;
  resolve: (out: Out) => void;
  reject: (error: unknown) => void;
}

/**
 * Many callers share one statement and its commit, and each waits for it: an answer still means
 * that the row is there. Costs a fraction of one statement per caller, most of which is for waking
 * the other process. No timer: a batch is whoever came in one turn of the event loop, and those who
 * came while the last batches were under way.
 */
export class StatementBatcher<In, Out = void> {
  private waiting: Waiting<In, Out>[] = [];
  private inFlight = 0;
  private isFlushing = false;
  private readonly maxBatch: number;
  private readonly maxWaiting: number;
  private readonly maxInFlight: number;

  constructor(private readonly options: StatementBatcherOptions<In, Out>) {
    this.maxBatch = options.maxBatch ?? 500;
    this.maxWaiting = options.maxWaiting ?? 5_000;
    this.maxInFlight = options.maxInFlight ?? 2;
  }

  /** Items that no batch has taken yet. */
  get queued(): number {
    return this.waiting.length;
  }

  /** Throws `Unavailable` when too many wait already, and whatever the statement throws. */
  add(item: In): Promise<Out> {
    if (this.waiting.length >= this.maxWaiting) {
      return Promise.reject(new Unavailable(undefined, {retryAfter: 1}));
    }
    return new Promise((resolve, reject) => {
      this.waiting.push({item, resolve, reject});
      this.flushSoon();
    });
  }

  /** At the end of this turn, when all requests that have arrived were read. */
  private flushSoon(): void {
    if (this.isFlushing || this.waiting.length === 0 || this.inFlight >= this.maxInFlight) return;
    this.isFlushing = true;
    setImmediate(() => {
      this.isFlushing = false;
      this.flush();
    });
  }

  private flush(): void {
    this.inFlight++;
    void this.runBatch(this.waiting.splice(0, this.maxBatch)).finally(() => {
      this.inFlight--;
      this.flushSoon();
    });
    this.flushSoon();
  }

  /**
   * Refused by the database, a batch is tried again in halves, until the one it objects to stands
   * alone. Without an answer it may have been committed: then it fails as a whole. A statement that
   * only reads is also tried again in halves when it took too long: one item may be the slow one.
   */
  private async runBatch(batch: Waiting<In, Out>[]): Promise<void> {
    try {
      const outs = await this.options.run(batch.map(({item}) => item));
      batch.forEach(({resolve}, i) => {
        resolve(outs[i] as Out);
      });
    } catch (error) {
      const isTooSlow = this.options.isReadOnly === true && isStatementTimeout(error);
      if (batch.length > 1 && (isTooSlow || !isDatabaseDown(error))) {
        const middle = Math.ceil(batch.length / 2);
        await this.runBatch(batch.slice(0, middle));
        await this.runBatch(batch.slice(middle));
        return;
      }
      for (const {reject} of batch) reject(error);
    }
  }
}

import {Unavailable} from '../errors.js';
import {isDatabaseDown, isStatementTimeout} from './errors.js';

export interface StatementBatcherOptions<In, Out> {
  /** Runs one statement, or one transaction, for a batch. Returns the results in the same order. */
  run: (items: In[]) => Promise<Out[]>;
  maxBatch?: number;
  /** Maximum number of waiting items. Further calls are refused. */
  maxWaiting?: number;
  maxInFlight?: number;
  /** True if the statement changes nothing, so that it can be repeated after a timeout. */
  isReadOnly?: boolean;
}

interface Waiting<In, Out> {
  item: In;
  resolve: (out: Out) => void;
  reject: (error: unknown) => void;
}

/**
 * Combines many calls into one statement and one commit. Each call waits for the commit, so a
 * result still means that the row is stored. Most of a statement's cost is the switch to the other
 * process, which the calls of a batch share. A batch contains all calls of one event-loop tick, and
 * those queued while earlier batches were in flight. There is no timer.
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

  /** Number of items that are not in a batch yet. */
  get queued(): number {
    return this.waiting.length;
  }

  /** Rejects with `Unavailable` if too many items wait, or with the error of the statement. */
  add(item: In): Promise<Out> {
    if (this.waiting.length >= this.maxWaiting) {
      return Promise.reject(new Unavailable(undefined, {retryAfter: 1}));
    }
    return new Promise((resolve, reject) => {
      this.waiting.push({item, resolve, reject});
      this.flushSoon();
    });
  }

  /** Schedules a batch for the end of this tick, when all requests that have arrived were read. */
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
   * Runs a batch. If the database refuses it, tries again in halves until only the refused item
   * fails. Without a response the batch may have been committed, so it fails as a whole. A
   * read-only statement is also split after a timeout, because one item may be the slow one.
   */
  private async runBatch(batch: Waiting<In, Out>[]): Promise<void> {
    try {
      const results = await this.options.run(batch.map(({item}) => item));
      batch.forEach(({resolve}, i) => {
        resolve(results[i] as Out);
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

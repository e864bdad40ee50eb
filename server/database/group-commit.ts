import {Unavailable} from '../errors.js';

export interface GroupCommitOptions<In, Out> {
  /** Writes a batch in one transaction and answers in the same order. */
  write: (items: In[]) => Promise<Out[]>;
  maxBatch?: number;
  /** Waiting items beyond which callers are refused rather than kept. */
  maxWaiting?: number;
  maxInFlight?: number;
}

interface Waiting<In, Out> {
  item: In;
  resolve: (out: Out) => void;
  reject: (error: unknown) => void;
}

/**
 * Many callers share one commit, and each waits for it. No timer: an idle queue writes at once, a
 * busy one fills the next batch while the last is under way. Costs about half of one INSERT per
 * caller, and an answer still means that the row is there.
 */
export class GroupCommit<In, Out = void> {
  private waiting: Waiting<In, Out>[] = [];
  private inFlight = 0;
  private readonly maxBatch: number;
  private readonly maxWaiting: number;
  private readonly maxInFlight: number;

  constructor(private readonly options: GroupCommitOptions<In, Out>) {
    this.maxBatch = options.maxBatch ?? 500;
    this.maxWaiting = options.maxWaiting ?? 5_000;
    this.maxInFlight = options.maxInFlight ?? 2;
  }

  /** Items that no batch has taken yet. */
  get queued(): number {
    return this.waiting.length;
  }

  /** Throws `Unavailable` when too many wait already, and whatever the write throws. */
  add(item: In): Promise<Out> {
    if (this.waiting.length >= this.maxWaiting) {
      return Promise.reject(new Unavailable(undefined, {retryAfter: 1}));
    }
    return new Promise((resolve, reject) => {
      this.waiting.push({item, resolve, reject});
      this.flush();
    });
  }

  private flush(): void {
    if (this.inFlight >= this.maxInFlight || this.waiting.length === 0) return;
    const batch = this.waiting.splice(0, this.maxBatch);
    this.inFlight++;
    void this.options
      .write(batch.map(({item}) => item))
      .then(
        (outs) => {
          batch.forEach(({resolve}, i) => {
            resolve(outs[i] as Out);
          });
        },
        (error: unknown) => {
          batch.forEach(({reject}) => {
            reject(error);
          });
        },
      )
      .finally(() => {
        this.inFlight--;
        this.flush();
      });
  }
}

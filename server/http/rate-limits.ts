import {createHmac} from 'node:crypto';

import type {FastifyRequest} from 'fastify';

import {clientRateLimitKey} from './client-address.js';
import type {Sql} from '../database/sql.js';
import {StatementBatcher} from '../database/shared-statement.js';
import {RateLimited} from '../errors.js';

const WINDOW_MS = 60_000;

/** How many times `RATE_LIMIT_PER_MINUTE` a kind of route allows. */
export const RATE_MULTIPLES = {
  uuid: 1,
  mail: 1,
  export: 1,
  session_message: 3,
  upload: 6,
  message: 6,
  page: 6,
  change: 12,
  unknown: 12,
  config: 30,
  read: 60,
} as const;

export type RateKind = keyof typeof RATE_MULTIPLES;

interface Counted {
  current: number;
  /** Milliseconds until the window ends. */
  ttl: number;
}

interface Counters {
  count(key: string): Promise<Counted>;
}

/** One window for all replicas. Many requests share one statement, as audit attempts do. */
export class SharedCounters implements Counters {
  private readonly batches: StatementBatcher<string, Counted>;

  constructor(
    private readonly sql: Sql,
    private readonly hashKey: Buffer,
  ) {
    this.batches = new StatementBatcher({run: (keys) => this.write(keys)});
  }

  get queued(): number {
    return this.batches.queued;
  }

  count(key: string): Promise<Counted> {
    return this.batches.add(key);
  }

  private async write(keys: string[]): Promise<Counted[]> {
    const counts = new Map<string, number>();
    for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
    const keyOf = new Map([...counts.keys()].map((key) => [this.hash(key), key]));
    // In one order in every replica, or two batches could wait for each other.
    const hashes = [...keyOf.keys()].sort();
    const hits = hashes.map((hash) => counts.get(keyOf.get(hash) ?? '') ?? 0);
    const rows = await this.sql<{key: string; hits: number; ttl: number}[]>`
      insert into rate_limits as old (key, hits, resets_at)
      select key, hits, now() + ${`${WINDOW_MS} milliseconds`}::interval
      from unnest(${hashes}::text[], ${hits}::int[]) as given (key, hits)
      on conflict (key) do update set
        hits = case when old.resets_at <= now() then 0 else old.hits end + excluded.hits,
        resets_at = case when old.resets_at <= now() then excluded.resets_at else old.resets_at end
      returning key, hits, extract(epoch from resets_at - now())::float8 * 1000 as ttl`;
    const left = new Map(rows.map((row) => [keyOf.get(row.key), row]));
    // The first of a batch gets the lowest number, as if they had come one by one.
    return keys.map((key) => {
      const row = left.get(key);
      const behind = counts.get(key) ?? 1;
      counts.set(key, behind - 1);
      return {current: (row?.hits ?? 1) - behind + 1, ttl: row?.ttl ?? WINDOW_MS};
    });
  }

  /** Under a keyed hash: whatever `IP_MODE` says, the table must not tell who was here. */
  private hash(key: string): string {
    return createHmac('sha256', this.hashKey).update(key).digest('base64url');
  }
}

const MAX_KEYS = 10_000;

/** What holds while the database is away: a limit for each process, never none. */
export class LocalCounters implements Counters {
  private readonly windows = new Map<string, {hits: number; resetsAt: number}>();

  count(key: string): Promise<Counted> {
    const now = performance.now();
    let window = this.windows.get(key);
    if (!window || window.resetsAt <= now) {
      this.windows.delete(key);
      this.makeRoom();
      window = {hits: 0, resetsAt: now + WINDOW_MS};
      this.windows.set(key, window);
    }
    window.hits++;
    return Promise.resolve({current: window.hits, ttl: window.resetsAt - now});
  }

  private makeRoom(): void {
    for (const [key] of this.windows) {
      if (this.windows.size < MAX_KEYS) return;
      this.windows.delete(key);
    }
  }
}

export interface RateLimitDeps {
  shared: Counters;
  local: Counters;
  perMinute: number;
  onExceeded: (request: FastifyRequest) => void;
}

/** Options for @fastify/rate-limit: routes opt in with `config: {rateLimit: {max}}`. */
export const rateLimitOptions = ({shared, local, onExceeded}: RateLimitDeps) => {
  class Store {
    private readonly route: string;

    constructor(options: {routeInfo?: {method?: string | string[]; url?: string}}) {
      this.route = `${String(options.routeInfo?.method ?? '')} ${options.routeInfo?.url ?? ''}`;
    }

    incr(key: string, done: (error: Error | null, counted?: Counted) => void): void {
      const name = `${this.route} ${key}`;
      shared
        .count(name)
        .catch(() => local.count(name))
        .then(
          (counted) => {
            done(null, counted);
          },
          (error: unknown) => {
            done(error as Error);
          },
        );
    }

    child(options: {routeInfo?: {method?: string | string[]; url?: string}}): Store {
      return new Store(options);
    }
  }
  return {
    global: false,
    timeWindow: WINDOW_MS,
    enableDraftSpec: true,
    store: Store as never,
    keyGenerator: clientRateLimitKey,
    onExceeded,
    errorResponseBuilder: (_request: FastifyRequest, {ttl, max}: {ttl: number; max: number}) =>
      tooMany(max, ttl),
  };
};

const tooMany = (max: number, ttlMs: number): RateLimited => {
  const seconds = Math.max(1, Math.ceil(ttlMs / 1000));
  return new RateLimited(
    `Expected at most ${max} requests a minute from one address. Wait ${seconds} s.`,
    {retryAfter: seconds},
  );
};

/**
 * A limit that each process counts for itself, for requests of which a flood must not reach the
 * database. `onExceeded` is called once a minute for each client network.
 */
export const processLimit = (
  max: number,
  onExceeded: (request: FastifyRequest) => void,
): ((request: FastifyRequest) => Promise<void>) => {
  const counters = new LocalCounters();
  return async (request) => {
    const {current, ttl} = await counters.count(clientRateLimitKey(request));
    if (current <= max) return;
    if (current === max + 1) onExceeded(request);
    throw tooMany(max, ttl);
  };
};

/** A route's own limit. */
export const rateLimit = (perMinute: number, kind: RateKind) => ({
  rateLimit: {max: perMinute * RATE_MULTIPLES[kind]},
});

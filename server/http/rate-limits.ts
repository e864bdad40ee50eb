import {createHmac} from 'node:crypto';

import type {FastifyRequest} from 'fastify';

import {clientRateLimitKey} from './client-address.js';
import type {Sql} from '../database/sql.js';
import {StatementBatcher} from '../database/statement-batcher.js';
import {RateLimited} from '../errors.js';
import {formatCount} from '../text/count.js';

const WINDOW_MS = 60_000;

/** Multiple of `RATE_LIMIT_PER_MINUTE` that a kind of route allows. */
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
  /** Adds a hit and returns the number of hits in the window. */
  addHit(key: string): Promise<Counted>;
}

/** Counters in the database, shared by all servers. Concurrent requests share one statement. */
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

  addHit(key: string): Promise<Counted> {
    return this.batches.add(key);
  }

  private async write(keys: string[]): Promise<Counted[]> {
    const counts = new Map<string, number>();
    for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
    const keyByHash = new Map([...counts.keys()].map((key) => [this.hash(key), key]));
    // All servers use the same order, because otherwise two batches could wait for each other.
    const hashes = [...keyByHash.keys()].sort();
    const hits = hashes.map((hash) => counts.get(keyByHash.get(hash) ?? '') ?? 0);
    const rows = await this.sql<{key: string; hits: number; ttl: number}[]>`
      insert into rate_limits as old (key, hits, resets_at)
      select key, hits, now() + ${`${WINDOW_MS} milliseconds`}::interval
      from unnest(${hashes}::text[], ${hits}::int[]) as given (key, hits)
      on conflict (key) do update set
        hits = case when old.resets_at <= now() then 0 else old.hits end + excluded.hits,
        resets_at = case when old.resets_at <= now() then excluded.resets_at else old.resets_at end
      returning key, hits, extract(epoch from resets_at - now())::float8 * 1000 as ttl`;
    const rowByKey = new Map(rows.map((row) => [keyByHash.get(row.key), row]));
    // The first request of a batch gets the lowest number, as if they had arrived one by one.
    return keys.map((key) => {
      const row = rowByKey.get(key);
      const remaining = counts.get(key) ?? 1;
      counts.set(key, remaining - 1);
      return {current: (row?.hits ?? 1) - remaining + 1, ttl: row?.ttl ?? WINDOW_MS};
    });
  }

  /** Returns a keyed hash: the table must not reveal IP addresses, whatever `IP_MODE` is. */
  private hash(key: string): string {
    return createHmac('sha256', this.hashKey).update(key).digest('base64url');
  }
}

const MAX_KEYS = 10_000;

/** Counters of this process, used while the database is unavailable. */
export class LocalCounters implements Counters {
  private readonly windows = new Map<string, {hits: number; resetsAt: number}>();

  addHit(key: string): Promise<Counted> {
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

/** Returns options for @fastify/rate-limit. Routes opt in with `config: {rateLimit: {max}}`. */
export const createRateLimitOptions = ({shared, local, onExceeded}: RateLimitDeps) => {
  class Store {
    private readonly route: string;

    constructor(options: {routeInfo?: {method?: string | string[]; url?: string}}) {
      this.route = `${String(options.routeInfo?.method ?? '')} ${options.routeInfo?.url ?? ''}`;
    }

    incr(key: string, done: (error: Error | null, counted?: Counted) => void): void {
      addHitAnyhow({shared, local}, `${this.route} ${key}`).then(
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
      createTooMany(max, ttl),
  };
};

/** Adds a hit for all servers, or for this process while the database is unavailable. */
const addHitAnyhow = (
  {shared, local}: {shared: Counters; local: Counters},
  key: string,
): Promise<Counted> => shared.addHit(key).catch(() => local.addHit(key));

const createTooMany = (max: number, ttlMs: number, from = 'client network'): RateLimited =>
  RateLimited.after(
    ttlMs,
    `Expected at most ${formatCount(max, 'request')} a minute from one ${from}.`,
  );

export interface AccountLimitDeps {
  counters: SharedCounters;
  perMinute: number;
  /** Called once a minute for each account. */
  onExceeded: (request: FastifyRequest) => void;
}

/** Returns a limit of the requests of one account, which all servers share. */
export const createAccountLimit = (
  kind: RateKind,
  {counters: shared, perMinute, onExceeded}: AccountLimitDeps,
): ((request: FastifyRequest, account: string) => Promise<void>) => {
  const counters = {shared, local: new LocalCounters()};
  const max = perMinute * RATE_MULTIPLES[kind];
  return async (request, account) => {
    const {current, ttl} = await addHitAnyhow(counters, `account ${kind} ${account}`);
    if (current <= max) return;
    if (current === max + 1) onExceeded(request);
    throw createTooMany(max, ttl, 'account');
  };
};

/**
 * Returns a limit of this process, for requests that must not reach the database in large numbers.
 * `onExceeded` is called once a minute for each client network.
 */
export const createProcessLimit = (
  max: number,
  onExceeded: (request: FastifyRequest) => void,
): ((request: FastifyRequest) => Promise<void>) => {
  const counters = new LocalCounters();
  return async (request) => {
    const {current, ttl} = await counters.addHit(clientRateLimitKey(request));
    if (current <= max) return;
    if (current === max + 1) onExceeded(request);
    throw createTooMany(max, ttl);
  };
};

/** Returns the rate limit for the config of a route. */
export const createRateLimit = (perMinute: number, kind: RateKind) => ({
  rateLimit: {max: perMinute * RATE_MULTIPLES[kind]},
});

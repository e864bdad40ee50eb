import type {FastifyBaseLogger} from 'fastify';

import {MAX_ORIGINS_PER_SITE, ORIGIN_WRITE_MS} from '../contract/owner-sites.js';
import {DelayedWrite} from '../database/delayed-write.js';
import type {Queryable, Sql} from '../database/sql.js';
import {toInterval} from '../database/time.js';
import {transaction} from '../database/transaction.js';
import {isRepeatableOrigin} from './origin.js';

interface SeenOrigin {
  siteKey: string;
  origin: string;
  isRefused: boolean;
}

/**
 * Number of origins of one site that wait for a write. A flood of invented origins must neither fill
 * the memory nor hide the origins of other sites.
 */
const MAX_WAITING_PER_SITE = MAX_ORIGINS_PER_SITE;
/** Number of origins that this process has written recently. */
const MAX_REMEMBERED = 10_000;

/**
 * Records the origins of pages that loaded the chat, or were refused. Each origin of a site is
 * written at most once a minute, and again when its outcome changes.
 */
export class SeenOrigins {
  /** Origins of each site, by site and origin. */
  private waiting = new Map<string, Map<string, SeenOrigin>>();
  private readonly written = new Map<string, {isRefused: boolean; until: number}>();
  private readonly writing = new DelayedWrite(() => this.write());

  constructor(
    private readonly sql: Sql,
    private readonly log: FastifyBaseLogger,
  ) {}

  add(siteKey: string, origin: string | undefined, {isRefused = false} = {}): void {
    if (origin === undefined || !isRepeatableOrigin(origin)) return;
    const key = `${siteKey} ${origin}`;
    const written = this.written.get(key);
    if (written?.isRefused === isRefused && written.until > performance.now()) return;
    const ofSite = this.waiting.get(siteKey) ?? new Map<string, SeenOrigin>();
    if (ofSite.size >= MAX_WAITING_PER_SITE && !ofSite.has(key)) return;
    this.waiting.set(siteKey, ofSite.set(key, {siteKey, origin, isRefused}));
    this.writing.schedule();
  }

  /** Writes the remaining origins. */
  stop(): Promise<void> {
    return this.writing.stop();
  }

  /** Origins are statistics, so a failed write is only logged. */
  private async write(): Promise<void> {
    const seen = new Map([...this.waiting.values()].flatMap((ofSite) => [...ofSite]));
    if (seen.size === 0) return;
    this.waiting = new Map();
    try {
      await transaction(this.sql, (tx) => storeOrigins(tx, [...seen.values()]));
      this.remember(seen);
    } catch (error) {
      this.log.warn({err: error}, 'failed to write the origins of pages');
    }
  }

  private remember(seen: Map<string, SeenOrigin>): void {
    if (this.written.size + seen.size > MAX_REMEMBERED) this.written.clear();
    const until = performance.now() + ORIGIN_WRITE_MS;
    for (const [key, {isRefused}] of seen) this.written.set(key, {isRefused, until});
  }
}

/**
 * Writes origins, and deletes those beyond the limit of a site: first the oldest refused ones, so
 * that invented origins displace no real one. Replicas write one after another.
 */
const storeOrigins = async (tx: Queryable, seen: SeenOrigin[]): Promise<void> => {
  const keys = [...new Set(seen.map(({siteKey}) => siteKey))];
  await tx`select from sites where key = any(${keys}) order by key for no key update`;
  await tx`
    insert into site_origins (site_key, origin, is_refused)
    select site.key, given.origin, given.is_refused
    from unnest(${seen.map(({siteKey}) => siteKey)}::text[],
                ${seen.map(({origin}) => origin)}::text[],
                ${seen.map(({isRefused}) => String(isRefused))}::text[]::boolean[])
      as given (site_key, origin, is_refused)
    join sites site on site.key = given.site_key
    on conflict (site_key, origin) do update
      set last_at = now(), is_refused = excluded.is_refused
      where site_origins.is_refused <> excluded.is_refused
         or site_origins.last_at <= now() - ${toInterval(ORIGIN_WRITE_MS)}::interval`;
  await tx`
    delete from site_origins
    where (site_key, origin) in (
      select site_key, origin from (
        select site_key, origin,
               row_number() over (partition by site_key order by is_refused, last_at desc, origin) as place
        from site_origins where site_key = any(${keys})) ranked
      where place > ${MAX_ORIGINS_PER_SITE})`;
};

export interface OriginRow {
  origin: string;
  firstAt: Date;
  lastAt: Date;
  isRefused: boolean;
}

/** Returns the recorded origins of a site, latest first. */
export const listOrigins = (sql: Queryable, siteKey: string): Promise<OriginRow[]> =>
  sql<OriginRow[]>`
    select origin, first_at as "firstAt", last_at as "lastAt", is_refused as "isRefused"
    from site_origins where site_key = ${siteKey}
    order by last_at desc, origin limit ${MAX_ORIGINS_PER_SITE}`;

/** Days after which an origin is deleted, unless it was seen again. */
const KEEP_DAYS = 90;

/** Deletes origins that were not seen for a long time. Returns the number of deleted rows. */
export const deleteOldOrigins = async (sql: Queryable, limit: number): Promise<number> => {
  const rows = await sql`
    delete from site_origins where (site_key, origin) in (
      select site_key, origin from site_origins
      where last_at < now() - ${`${KEEP_DAYS} days`}::interval
      limit ${limit} for update skip locked)
    returning 1`;
  return rows.length;
};

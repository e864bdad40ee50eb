import type {SiteSettings} from '../contract/sites.js';
import type {Queryable, Sql} from '../database/sql.js';
import {storeSiteWordings} from './wordings.js';

export interface Site {
  key: string;
  name: string;
  allowedOrigins: string[];
  notifyEmail: string | null;
  settings: SiteSettings;
}

interface Row {
  key: string;
  name: string;
  allowed_origins: string[];
  notify_email: string | null;
  settings: SiteSettings;
  removed: boolean;
}

const CACHED_MS = 5_000;
/** Limit of the cache: a flood of invented keys must not fill the memory. */
const MAX_CACHED = 1_000;

/** Cached lookup of active sites: each request needs one. Results stay for a few seconds. */
export class Sites {
  private readonly cache = new Map<string, {site: Site | undefined; until: number}>();

  constructor(private readonly sql: Sql) {}

  async find(key: string): Promise<Site | undefined> {
    const cached = this.cache.get(key);
    if (cached && cached.until > performance.now()) return cached.site;
    const row = await findRow(this.sql, key);
    const site = row && !row.removed ? toSite(row) : undefined;
    if (this.cache.size >= MAX_CACHED) this.cache.clear();
    this.cache.set(key, {site, until: performance.now() + CACHED_MS});
    return site;
  }

  /** To be called after a change that this process must apply at once. */
  uncache(key: string): void {
    this.cache.delete(key);
  }
}

/** Returns a session's site, even a removed one: mails and pages of the session still name it. */
export const findSite = async (sql: Queryable, key: string): Promise<Site | undefined> => {
  const row = await findRow(sql, key);
  return row && toSite(row);
};

const findRow = async (sql: Queryable, key: string): Promise<Row | undefined> => {
  const [row] = await sql<Row[]>`
    select key, name, allowed_origins, notify_email, settings, removed_at is not null as removed
    from sites where key = ${key}`;
  return row;
};

const toSite = (row: Row): Site => ({
  key: row.key,
  name: row.name,
  allowedOrigins: row.allowed_origins,
  notifyEmail: row.notify_email,
  settings: row.settings,
});

/** Creates a site, unless one with this key exists. */
export const addMissingSite = async (sql: Queryable, site: Site): Promise<void> => {
  await sql`
    insert into sites (key, name, allowed_origins, notify_email, settings)
    values (${site.key}, ${site.name}, ${site.allowedOrigins}, ${site.notifyEmail},
            ${JSON.stringify(site.settings)}::text::jsonb)
    on conflict (key) do nothing`;
  await storeSiteWordings(sql, site.key);
};

/**
 * Replaces the settings of a site that has not been changed since it was created. It then still
 * counts as unchanged.
 */
export const updateUnchangedSite = async (
  sql: Queryable,
  {key, settings}: Pick<Site, 'key' | 'settings'>,
): Promise<void> => {
  await sql`
    update sites set settings = ${JSON.stringify(settings)}::text::jsonb
    where key = ${key} and updated_at = created_at`;
};

/** Creates or updates a site. A removed site is restored. */
export const saveSite = async (sql: Queryable, site: Site): Promise<void> => {
  await sql`
    insert into sites (key, name, allowed_origins, notify_email, settings)
    values (${site.key}, ${site.name}, ${site.allowedOrigins}, ${site.notifyEmail},
            ${JSON.stringify(site.settings)}::text::jsonb)
    on conflict (key) do update set
      name = excluded.name, allowed_origins = excluded.allowed_origins,
      notify_email = excluded.notify_email, settings = excluded.settings, updated_at = now(), removed_at = null`;
  await storeSiteWordings(sql, site.key);
};

import {one} from '../database/one.js';
import type {Queryable} from '../database/sql.js';
import type {Site} from './store.js';

export interface ListedSite extends Site {
  removedAt: Date | null;
}

/** Counts of the data that belong to a site. */
export interface SiteUse {
  pending: number;
  complete: number;
  open: number;
  files: number;
  /** True if any row refers to the site. Ended visits and counters count too. */
  referenced: boolean;
}

const selectColumns = (sql: Queryable) => sql`
  key, name, allowed_origins as "allowedOrigins", notify_email as "notifyEmail", settings,
  removed_at as "removedAt"`;

export const listSites = (sql: Queryable): Promise<ListedSite[]> =>
  sql<ListedSite[]>`select ${selectColumns(sql)} from sites order by key`;

/** Locks and returns a site. Includes removed sites, so that they can be shown and restored. */
export const lockSite = async (sql: Queryable, key: string): Promise<ListedSite | undefined> => {
  const [site] = await sql<ListedSite[]>`
    select ${selectColumns(sql)} from sites where key = ${key} for update`;
  return site;
};

export const countSiteUse = async (sql: Queryable, key: string): Promise<SiteUse> => {
  const rows = await sql<SiteUse[]>`
    select
      (select count(*)::int from user_sessions where site_key = ${key} and not verified) as pending,
      (select count(*)::int from user_sessions where site_key = ${key} and verified) as complete,
      (select count(*)::int from visits where site_key = ${key} and state = 'open') as open,
      (select count(*)::int from file_uploads f join visits v on v.uuid = f.session_uuid
       where v.site_key = ${key} and f.state = 'stored') as files,
      exists (select from visits where site_key = ${key})
        or exists (select from funnel_daily where site_key = ${key}) as referenced`;
  return one(rows);
};

export const deleteSite = async (sql: Queryable, key: string): Promise<void> => {
  await sql`delete from sites where key = ${key}`;
};

/** Disables a site. Its row stays, because rows of ended visits and counters refer to it. */
export const disableSite = async (
  sql: Queryable,
  key: string,
  {keepsEmail}: {keepsEmail: boolean},
): Promise<void> => {
  await sql`
    update sites set removed_at = coalesce(removed_at, now()), updated_at = now(),
      notify_email = case when ${keepsEmail} then notify_email end
    where key = ${key}`;
};

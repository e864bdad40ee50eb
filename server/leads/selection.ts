import type {LeadFilter, LeadView} from '../contract/owner-leads.js';
import type {Queryable} from '../database/sql.js';
import {InvalidRequest} from '../errors.js';
import {readSearchText, selectHits} from './search.js';

/** Leads that a filter selects, at the sites that an account can read. */
export interface Selection {
  siteKeys: string[];
  view: LeadView;
  from: Date | undefined;
  to: Date | undefined;
  locale: string | undefined;
  hasFiles: boolean | undefined;
  /** Text to search for. */
  text: string | undefined;
}

/** Returns the selection of a filter. Throws `InvalidRequest` for a time that does not exist. */
export const readSelection = (
  {view = 'open', from, to, locale, files, q}: Omit<LeadFilter, 'site'>,
  siteKeys: string[],
): Selection => ({
  siteKeys,
  view,
  from: from === undefined ? undefined : readTime('from', from),
  to: to === undefined ? undefined : readTime('to', to),
  locale,
  hasFiles: files,
  text: q === undefined ? undefined : readSearchText(q),
});

const MIN_YEAR = 1970;

/** The schema accepts leap seconds and the year 0, which JavaScript or PostgreSQL do not have. */
const readTime = (name: string, given: string): Date => {
  const time = new Date(given);
  if (time.getUTCFullYear() >= MIN_YEAR) return time;
  const message = `must be a time since ${MIN_YEAR}`;
  throw new InvalidRequest(`/${name} ${message}. Correct it or leave it out.`, {
    faults: [{path: `/${name}`, message}],
  });
};

/** Returns the rows of `leads l` that a selection contains, as `from … where …`. */
export const fromSelection = (sql: Queryable, selection: Selection) => sql`
  from ${selection.text === undefined ? sql`leads l` : sql`(${selectHits(sql, selection.text, selection.siteKeys)}) as hit join leads l on l.session_uuid = hit.uuid`}
  where l.site_key = any(${selection.siteKeys}::text[])
    ${isInView(sql, selection.view)} ${isSelected(sql, selection)}`;

export const isInView = (sql: Queryable, view: LeadView) =>
  view === 'all' ? sql`` : sql`and l.view = ${view}`;

/** Returns the conditions on `leads l` of a selection, without its sites, view and text. */
export const isSelected = (sql: Queryable, {from, to, locale, hasFiles}: Selection) => sql`
  ${from === undefined ? sql`` : sql`and l.last_activity_at >= ${from}`}
  ${to === undefined ? sql`` : sql`and l.last_activity_at < ${to}`}
  ${hasFiles === undefined ? sql`` : sql`and l.has_files = ${hasFiles}`}
  ${locale === undefined ? sql`` : sql`and l.locale || '-' like lower(${locale}) || '-%'`}`;

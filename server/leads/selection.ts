import type {LeadChoice, LeadFilter, LeadView} from '../contract/owner-leads.js';
import type {Queryable} from '../database/sql.js';
import {InvalidRequest} from '../errors.js';
import {FIRST_YEAR, LAST_YEAR} from '../text/day.js';
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

/**
 * Returns a time of a query. Throws `InvalidRequest` for a time that JavaScript or PostgreSQL does
 * not have: the schemas accept leap seconds, the year 0 and offsets that lead to the year 10000.
 */
export const readTime = (name: string, given: string | number): Date => {
  const time = new Date(given);
  const year = time.getUTCFullYear();
  if (year >= FIRST_YEAR && year <= LAST_YEAR) return time;
  const message = `must be a time from ${FIRST_YEAR} to ${LAST_YEAR}`;
  throw new InvalidRequest(`/${name} ${message}. Correct it or leave it out.`, {
    faults: [{path: `/${name}`, message}],
  });
};

/**
 * Returns the rows of `leads l` that a selection contains, as `from … where …`. With `maxHits`, each
 * branch of the search stops there.
 */
export const fromSelection = (sql: Queryable, selection: Selection, maxHits?: number) => sql`
  from leads l
  where l.site_key = any(${selection.siteKeys}::text[])
    ${isHit(sql, selection, maxHits)} ${isInView(sql, selection.view)} ${isSelected(sql, selection)}`;

/** Throws `InvalidRequest` unless a request has either UUIDs or a filter. */
export const requireChoice = ({uuids, filter}: LeadChoice): void => {
  if ((uuids === undefined) !== (filter === undefined)) return;
  const message = 'must have either uuids or filter';
  throw new InvalidRequest(`The body ${message}. Send one of them.`, {
    faults: [{path: '', message}],
  });
};

/** Returns the rows of `leads l` that a request concerns, at these sites, as `from … where …`. */
export const fromChoice = (sql: Queryable, {uuids, filter}: LeadChoice, siteKeys: string[]) =>
  uuids
    ? sql`
        from leads l
        where l.session_uuid = any(${uuids}::uuid[]) and l.site_key = any(${siteKeys}::text[])`
    : fromSelection(sql, readSelection(filter ?? {}, siteKeys));

/** An array, because each hit is looked up by the primary key then. A join can read all leads. */
const isHit = (sql: Queryable, {text, siteKeys}: Selection, maxHits: number | undefined) =>
  text === undefined
    ? sql``
    : sql`and l.session_uuid = any(array(${selectHits(sql, text, {siteKeys, limit: maxHits})}))`;

/** Returns true if a selection has conditions besides its sites, view and text. */
export const isFiltered = ({from, to, locale, hasFiles}: Selection): boolean =>
  [from, to, locale, hasFiles].some((value) => value !== undefined);

export const isInView = (sql: Queryable, view: LeadView) =>
  view === 'all' ? sql`` : sql`and l.view = ${view}`;

/** Returns the conditions on `leads l` of a selection, without its sites, view and text. */
export const isSelected = (sql: Queryable, {from, to, locale, hasFiles}: Selection) => sql`
  ${from === undefined ? sql`` : sql`and l.last_activity_at >= ${from}`}
  ${to === undefined ? sql`` : sql`and l.last_activity_at < ${to}`}
  ${hasFiles === undefined ? sql`` : hasFiles ? sql`and l.has_files` : sql`and not l.has_files`}
  ${locale === undefined ? sql`` : isOfLocale(sql, locale)}`;

/** The language alone has an index. `en` also selects `en-GB`. */
const isOfLocale = (sql: Queryable, locale: string) => sql`
  and split_part(l.locale, '-', 1) = split_part(lower(${locale}), '-', 1)
  and l.locale || '-' like lower(${locale}) || '-%'`;

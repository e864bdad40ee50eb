import {MAX_LEAD_COUNT} from '../contract/owner-limits.js';
import type {LeadList, LeadView} from '../contract/owner-leads.js';
import type {Queryable} from '../database/sql.js';
import {fromSelection, isFiltered, isInView, isSelected} from './selection.js';
import type {Selection} from './selection.js';

/** Place of a lead in the list, which is in the order of the last activity. */
export interface LeadPlace {
  uuid: string;
  lastActivityAt: Date;
}

interface Page {
  after: LeadPlace | undefined;
  limit: number;
}

type Counts = LeadList['counts'];

/** Returns a page of the list, newest activity first, and the number of leads in each view. */
export const findPage = async (
  sql: Queryable,
  selection: Selection,
  page: Page,
): Promise<{places: LeadPlace[]; counts: Counts}> => {
  if (selection.text !== undefined) return searchPage(sql, selection, page);
  const [places, counted] = await Promise.all([
    findPlaces(sql, selection, page),
    countByIndex(sql, selection),
  ]);
  return {places, counts: toCounts(counted)};
};

/** Walks the index once for each site: a single walk for all sites would have to sort. */
const findPlaces = (
  sql: Queryable,
  selection: Selection,
  {after, limit}: Page,
): Promise<LeadPlace[]> => {
  const order = sql`order by l.last_activity_at desc, l.session_uuid desc limit ${limit}`;
  return sql<LeadPlace[]>`
    select l.session_uuid as uuid, l.last_activity_at as "lastActivityAt"
    from unnest(${selection.siteKeys}::text[]) as site (key) cross join lateral (
      select l.session_uuid, l.last_activity_at from leads l
      where l.site_key = site.key ${isInView(sql, selection.view)} ${isSelected(sql, selection)}
        ${isAfter(sql, after)} ${order}) as l
    ${order}`;
};

const isAfter = (sql: Queryable, after: LeadPlace | undefined) =>
  after
    ? sql`and (l.last_activity_at, l.session_uuid) < (${after.lastActivityAt}, ${after.uuid}::uuid)`
    : sql``;

/**
 * Searches once for the page and the counts. Without a filter, the search stops when there are more
 * hits than are counted. With a filter, it cannot stop: the hits that it selects may be the last.
 */
const searchPage = async (
  sql: Queryable,
  selection: Selection,
  {after, limit}: Page,
): Promise<{places: LeadPlace[]; counts: Counts}> => {
  const maxHits = isFiltered(selection) ? undefined : MAX_LEAD_COUNT + 1;
  const rows = await sql<(CountedView | (LeadPlace & {view: null}))[]>`
    with found as materialized (
      select l.session_uuid, l.last_activity_at, l.view
      ${fromSelection(sql, {...selection, view: 'all'}, maxHits)})
    select view, count(*)::int as count, null::uuid as uuid, null::timestamptz as "lastActivityAt"
    from found group by view
    union all
    (select null, null, l.session_uuid, l.last_activity_at from found l
     where true ${isInView(sql, selection.view)} ${isAfter(sql, after)}
     order by l.last_activity_at desc, l.session_uuid desc limit ${limit})
    order by "lastActivityAt" desc, uuid desc`;
  const counted = rows.flatMap((row) => (row.view === null ? [] : [row]));
  const hits = counted.reduce((sum, {count}) => sum + count, 0);
  return {
    places: rows.flatMap((row) => (row.view === null ? [row] : [])),
    counts: toCounts(counted, maxHits !== undefined && hits >= maxHits),
  };
};

const COUNTED = ['open', 'unconfirmed', 'done'] as const satisfies LeadView[];

/** Each count is exact up to `MAX_LEAD_COUNT`, unless the search has stopped before the last hit. */
const toCounts = (rows: CountedView[], hasStopped = false): Counts => {
  const toViewCount = (count: number) => ({
    count: Math.min(count, MAX_LEAD_COUNT),
    more: hasStopped || count > MAX_LEAD_COUNT,
  });
  const counts = new Map(rows.map(({view, count}) => [view, count]));
  const total = rows.reduce((sum, {count}) => sum + count, 0);
  const [open, unconfirmed, done] = COUNTED.map((view) => counts.get(view) ?? 0).map(toViewCount);
  return {open: open!, unconfirmed: unconfirmed!, done: done!, all: toViewCount(total)};
};

interface CountedView {
  view: LeadView;
  count: number;
}

/** In the order of the index, because otherwise an empty view could cost a read of all leads. */
const countByIndex = (sql: Queryable, selection: Selection) => sql<CountedView[]>`
  select view, count(*)::int as count
  from unnest(${[...COUNTED]}::text[]) as counted (view) cross join lateral (
    select from unnest(${selection.siteKeys}::text[]) as site (key) cross join lateral (
      select from leads l
      where l.site_key = site.key and l.view = counted.view ${isSelected(sql, selection)}
      order by l.last_activity_at desc, l.session_uuid desc
      limit ${MAX_LEAD_COUNT + 1}) as of_site
    limit ${MAX_LEAD_COUNT + 1}) as of_view
  group by view`;

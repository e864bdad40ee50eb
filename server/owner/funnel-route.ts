import type {Config} from '../config/config.js';
import {
  DEFAULT_FUNNEL_DAYS,
  Funnel,
  FunnelQuery,
  MAX_FUNNEL_DAYS,
} from '../contract/owner-funnel.js';
import {SiteParams} from '../contract/owner-sites.js';
import type {Funnel as FunnelType} from '../contract/owner-funnel.js';
import type {Queryable, Sql} from '../database/sql.js';
import {InvalidRequest} from '../errors.js';
import type {Plugin} from '../http/app-type.js';
import {createRateLimit} from '../http/rate-limits.js';
import {ownerResponses} from '../http/response-schemas.js';
import {getConversation} from '../sites/conversation.js';
import {buildFunnel, pickTotals, readDailyCounts, sumCounts} from '../sites/funnel.js';
import type {DayRange} from '../sites/funnel.js';
import type {Site} from '../sites/store.js';
import {DAY_MS} from '../units.js';
import {FIRST_YEAR, LAST_YEAR, isDay} from '../text/day.js';
import {requireOwnSite} from './site-routes.js';

export interface FunnelRouteDeps {
  config: Config;
  sql: Sql;
}

/** Adds the route for the numbers of visitors who reached each step. */
export const ownerFunnelRoute: Plugin<FunnelRouteDeps> = async (app, {config, sql}) => {
  app.get(
    '/:key/funnel',
    {
      config: createRateLimit(config.ratePerMinute, 'read'),
      schema: {
        operationId: 'readFunnel',
        summary: 'Counts the visitors who reached each step',
        description:
          'Needs the role `observer`. Numbers have no visitors, so they stay after an erasure.',
        params: SiteParams,
        querystring: FunnelQuery,
        response: ownerResponses({200: Funnel}, ['role_required', 'not_found']),
      },
    },
    async ({account, params: {key}, query}) => {
      const site = await requireOwnSite(sql, {account, key, role: 'observer'});
      return readFunnel(sql, site, toRange(query, Date.now()));
    },
  );
};

const toDay = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

const shift = (day: string, days: number): string => toDay(Date.parse(day) + days * DAY_MS);

const countDays = ({from, to}: DayRange): number =>
  Math.round((Date.parse(to) - Date.parse(from)) / DAY_MS) + 1;

const toRange = (query: Partial<DayRange>, nowMs: number): DayRange => {
  for (const name of ['from', 'to'] as const) requireDay(name, query[name]);
  const to = query.to ?? toDay(nowMs);
  const from = query.from ?? shift(to, 1 - DEFAULT_FUNNEL_DAYS);
  const days = countDays({from, to});
  if (days >= 1 && days <= MAX_FUNNEL_DAYS) return {from, to};
  throw new InvalidRequest(
    `The period has ${days} days. Expected 1 to ${MAX_FUNNEL_DAYS}. Change from or to.`,
    {faults: [{path: '/from', message: 'must be a day before to'}]},
  );
};

const requireDay = (name: string, day: string | undefined): void => {
  if (day === undefined || isDay(day)) return;
  const expected = `must be a day of the years ${FIRST_YEAR} to ${LAST_YEAR}`;
  throw new InvalidRequest(`The value of ${name} ${expected}. Change it.`, {
    faults: [{path: `/${name}`, message: expected}],
  });
};

const readFunnel = async (sql: Queryable, site: Site, range: DayRange): Promise<FunnelType> => {
  const length = countDays(range);
  const before = {from: shift(range.from, -length), to: shift(range.from, -1)};
  const counted = await readDailyCounts(sql, site.key, {from: before.from, to: range.to});
  const describe = ({from, to}: DayRange) => {
    const inRange = [...counted].filter(([day]) => day >= from && day <= to);
    const counts = sumCounts(inRange.map(([, daily]) => daily));
    return {from, to, steps: buildFunnel(site, counts), totals: pickTotals(counts)};
  };
  const current = describe(range);
  const days = Array.from({length}, (_, i) => {
    const day = shift(range.from, i);
    const bars = buildFunnel(site, counted.get(day) ?? new Map());
    const counts = bars.filter(({reached}) => reached > 0);
    return {
      day,
      counts: Object.fromEntries(counts.map(({counter, reached}) => [counter, reached])),
    };
  });
  const conversation = getConversation(site.settings);
  return {...current, before: describe(before), conversation, days};
};

import type {Step} from '../contract/conversation.js';
import type {FunnelStep} from '../contract/owner-funnel.js';
import type {Queryable} from '../database/sql.js';
import {getConversation} from './conversation.js';
import type {Site} from './store.js';

/** Numbers of visitors by counter. */
export type Counts = ReadonlyMap<string, number>;

/** First and last day, both included, in UTC. */
export interface DayRange {
  from: string;
  to: string;
}

const getSteps = ({settings}: Pick<Site, 'settings'>): Step[] => getConversation(settings).steps;

/** Returns true for a step at which a visitor stops. The widget does not report the other steps. */
const isCounted = ({type}: Step): boolean => type !== 'say' && type !== 'end';

const toCounter = ({id}: Step): string => `step_${id}`;

/** Sums the counters of the last days, including today, in UTC. */
export const readCounts = async (sql: Queryable, key: string, days: number): Promise<Counts> => {
  const rows = await sql<{counter: string; count: number}[]>`
    select counter, sum(count)::float8 as count from funnel_daily
    where site_key = ${key} and day > (now() at time zone 'utc')::date - ${days}::int
    group by counter order by counter`;
  return new Map(rows.map(({counter, count}) => [counter, count]));
};

/** Returns the counters of each day that has any, in the order of the days. */
export const readDailyCounts = async (
  sql: Queryable,
  key: string,
  {from, to}: DayRange,
): Promise<Map<string, Counts>> => {
  const rows = await sql<{day: string; counter: string; count: number}[]>`
    select day::text as day, counter, count::float8 as count from funnel_daily
    where site_key = ${key} and day between ${from}::date and ${to}::date
    order by day, counter`;
  const days = new Map<string, Map<string, number>>();
  for (const {day, counter, count} of rows)
    days.set(day, (days.get(day) ?? new Map<string, number>()).set(counter, count));
  return days;
};

/** Returns whether the site has any counter, which is kept after its visits. */
export const wasOpened = async (sql: Queryable, key: string): Promise<boolean> => {
  const rows = await sql`select from funnel_daily where site_key = ${key} limit 1`;
  return rows.length > 0;
};

export const sumCounts = (days: Iterable<Counts>): Counts => {
  const sums = new Map<string, number>();
  for (const counts of days)
    for (const [counter, count] of counts) sums.set(counter, (sums.get(counter) ?? 0) + count);
  return sums;
};

/** Sorts the counters in the order of the conversation. Counters of deleted steps come last. */
export const sortCounters = (site: Site, counts: Counts): string[] => {
  const known = [
    ...(counts.has('opened') ? ['opened'] : []),
    ...['asked', 'started'],
    ...getSteps(site)
      .filter((step) => isCounted(step) || counts.has(toCounter(step)))
      .map(toCounter),
    ...['uploaded', 'contact_given', 'completed', 'abandoned'],
  ];
  return [...known, ...[...counts.keys()].filter((counter) => !known.includes(counter))];
};

/** Counts visitors who reached a step or a later one: the widget can report only the later one. */
export const countReached = (site: Site, counts: Counts, counter: string): number => {
  const steps = getSteps(site);
  const index = steps.findIndex((step) => toCounter(step) === counter);
  const passing = steps.filter(
    (step, i) => i > index && isCounted(step) && !branchSkipsStep(steps, index, i),
  );
  const later = index === -1 ? [] : passing.map((step) => counts.get(toCounter(step)) ?? 0);
  return Math.max(counts.get(counter) ?? 0, ...later);
};

/** Returns true if a branch can lead from before `step` to a step after it, at most to `upTo`. */
const branchSkipsStep = (steps: Step[], step: number, upTo: number): boolean =>
  steps.slice(0, step).some(({next = []}) =>
    next.some(({to}) => {
      const target = steps.findIndex(({id}) => id === to);
      return target > step && target <= upTo;
    }),
  );

/** Returns the bars of the funnel, from the opened chat to the complete session. */
export const buildFunnel = (site: Site, counts: Counts): FunnelStep[] => {
  const steps = getSteps(site).filter(isCounted);
  const current = [
    {counter: 'opened', step: null, type: 'opened', reached: counts.get('opened') ?? 0},
    ...steps.map((step) => ({
      counter: toCounter(step),
      step: step.id,
      type: step.type,
      reached: countReached(site, counts, toCounter(step)),
    })),
    {counter: 'completed', step: null, type: 'completed', reached: counts.get('completed') ?? 0},
  ];
  const deleted = [...counts]
    .filter(([counter]) => counter.startsWith('step_'))
    .filter(([counter]) => !current.some((bar) => bar.counter === counter))
    .map(([counter, reached]) => ({
      ...{counter, step: counter.slice('step_'.length), type: 'deleted', reached},
      ...{left: null, left_share: null},
    }));
  const asked = counts.get('asked') ?? 0;
  return [
    ...current.map((bar, i) => {
      const later = current.slice(i + 1).map(({reached}) => reached);
      if (later.length === 0) return {...bar, left: null, left_share: null};
      // A visitor who asks a question has not left, although the conversation has not started.
      const left = Math.max(0, bar.reached - Math.max(...later, i === 0 ? asked : 0));
      return {...bar, left, left_share: bar.reached === 0 ? null : left / bar.reached};
    }),
    ...deleted,
  ];
};

/** Counters beside the bars. */
const TOTALS = ['asked', 'started', 'uploaded', 'contact_given', 'abandoned'];

export const pickTotals = (counts: Counts): Record<string, number> =>
  Object.fromEntries(TOTALS.map((counter) => [counter, counts.get(counter) ?? 0]));

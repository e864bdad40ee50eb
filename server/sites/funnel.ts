import type {Step} from '../contract/conversation.js';
import type {FunnelStep} from '../contract/owner-funnel.js';
import type {Queryable} from '../database/sql.js';
import {getConversation} from './conversation.js';
import {findStepTargets} from './step-ways.js';
import type {Site} from './store.js';

/** Numbers of visitors by counter. */
export type Counts = ReadonlyMap<string, number>;

/** First and last day, both included, in UTC. */
export interface DayRange {
  from: string;
  to: string;
}

type SiteSettings = Pick<Site, 'settings'>;

const getSteps = ({settings}: SiteSettings): Step[] => getConversation(settings).steps;

const asksForEmail = (steps: Step[]): boolean =>
  steps.some((step) => step.type === 'ask' && step.field === 'email');

/**
 * Returns the steps that are bars: those at which a visitor stops. Without a question for the e-mail
 * address, no session becomes complete, so the last bar is the end of the conversation.
 */
export const listBars = (steps: Step[]): Step[] => {
  const hasCompleted = asksForEmail(steps);
  return steps.filter((step) =>
    step.type === 'end' ? step.outcome === 'complete' && !hasCompleted : step.type !== 'say',
  );
};

export const toCounter = ({id}: Pick<Step, 'id'>): string => `step_${id}`;

const PASSED = 'passed_';

/** Returns the counter of the visitors who have left a bar behind. */
export const toPassedCounter = (counter: string): string => `${PASSED}${counter}`;

/**
 * Returns the counters of the bars that a visitor reaches between two steps: those that no branch
 * skips. The widget does not report steps that are answered already.
 */
export const listBarsBetween = (steps: Step[], from: string | null, to: string): string[] => {
  const start = steps.findIndex(({id}) => id === from);
  const end = steps.findIndex(({id}) => id === to);
  const isBetween = (step: Step) => {
    const i = steps.indexOf(step);
    const isBefore = i > start && i < end && step.type !== 'verify_email';
    return isBefore && !isSkipped(steps, i, end);
  };
  return listBars(steps).filter(isBetween).map(toCounter);
};

/** Returns true if a branch can lead from before a step to a step after it, at most to `upTo`. */
const isSkipped = (steps: Step[], step: number, upTo: number): boolean =>
  steps
    .slice(0, step)
    .some((_, i) => findStepTargets(steps, i).some((to) => to > step && to <= upTo));

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

/**
 * Returns the visitors who reached a step. The server counts those who reached the confirmation: the
 * widget does not report a step for which the visitor leaves the page.
 */
const countStep = (step: Step, counts: Counts): number =>
  counts.get(step.type === 'verify_email' ? 'contact_given' : toCounter(step)) ?? 0;

type Bar = Pick<FunnelStep, 'counter' | 'step' | 'type' | 'reached'>;

/** Counts the visitors of each bar, from the opened chat to the complete session. */
export const countReached = (site: SiteSettings, counts: Counts): Bar[] => {
  const steps = getSteps(site);
  const countTotal = (type: string) => ({
    ...{counter: type, step: null, type},
    reached: counts.get(type) ?? 0,
  });
  return [
    countTotal('opened'),
    ...listBars(steps).map((step) => ({
      ...{counter: toCounter(step), step: step.id, type: step.type},
      reached: countStep(step, counts),
    })),
    ...(asksForEmail(steps) ? [countTotal('completed')] : []),
  ];
};

/** Returns the bars of the funnel, and those of deleted steps. */
export const buildFunnel = (site: SiteSettings, counts: Counts): FunnelStep[] => {
  const bars = countReached(site, counts);
  const ids = new Set(getSteps(site).map(toCounter));
  const deleted = [...counts]
    .filter(([counter]) => counter.startsWith('step_') && !ids.has(counter))
    .map(([counter, reached]) => ({
      ...{counter, step: counter.slice('step_'.length), type: 'deleted', reached},
      ...{left: null, left_share: null},
    }));
  return [...bars.map((bar) => ({...bar, ...countLeft(bar, counts)})), ...deleted];
};

const countLeft = ({counter, type, reached}: Bar, counts: Counts) => {
  if (type === 'completed' || type === 'end') return {left: null, left_share: null};
  // A visitor can pass a bar on a later day than the last one of the period.
  const passed = Math.min(counts.get(toPassedCounter(counter)) ?? 0, reached);
  const left = reached - passed;
  return {left, left_share: reached === 0 ? null : left / reached};
};

/** Counters beside the bars. */
const TOTALS = ['asked', 'started', 'uploaded', 'contact_given', 'abandoned'];

export const pickTotals = (counts: Counts): Record<string, number> =>
  Object.fromEntries(TOTALS.map((counter) => [counter, counts.get(counter) ?? 0]));

/** Returns all counters in the order of the conversation. Those of deleted steps come last. */
export const listCounts = (site: SiteSettings, counts: Counts): [string, number][] => {
  const bars = new Map(countReached(site, counts).map(({counter, reached}) => [counter, reached]));
  const known = [
    ...(counts.has('opened') ? ['opened'] : []),
    ...['asked', 'started'],
    ...[...bars.keys()].filter((counter) => counter.startsWith('step_')),
    ...['uploaded', 'contact_given', 'completed', 'abandoned'],
  ];
  const others = [...counts.keys()].filter(
    (counter) => !known.includes(counter) && !counter.startsWith(PASSED),
  );
  return [...known, ...others].map((counter) => [
    counter,
    bars.get(counter) ?? counts.get(counter) ?? 0,
  ]);
};

/** Counts the visitors who did anything in the opened chat. */
export const countActive = (counts: Counts): number => counts.get(toPassedCounter('opened')) ?? 0;

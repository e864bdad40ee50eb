import type {Step} from '../contract/conversation.js';
import {one} from '../database/one.js';
import type {Queryable} from '../database/sql.js';
import {getConversation} from '../sites/conversation.js';
import {listBars, toCounter, toPassedCounter} from '../sites/funnel.js';
import type {Site} from '../sites/store.js';
import {countFunnel} from './store.js';

/** Facts about a visit that decide how far it has come in the funnel. */
export interface Progress {
  furthestStep: string | null;
  hasAsked: boolean;
  hasContact: boolean;
  isComplete: boolean;
}

export const readProgress = async (sql: Queryable, uuid: string): Promise<Progress> => {
  const rows = await sql<Progress[]>`
    select v.furthest_step as "furthestStep", v.has_asked as "hasAsked",
           s.uuid is not null as "hasContact", coalesce(s.verified, false) as "isComplete"
    from visits v left join user_sessions s on s.uuid = v.uuid where v.uuid = ${uuid}`;
  return one(rows);
};

/** Progress that a visit has made. */
interface Change {
  before: Progress;
  after: Partial<Progress>;
  /** Counters of the steps that it has reached, in their order. */
  steps?: string[];
  /** Other counters. */
  counters?: string[];
}

/**
 * Adds a visit to the counters of what it has reached, and of the bars that it has left behind. Other
 * transactions wait for the rows of the funnel, so this comes last.
 */
export const countProgress = async (
  sql: Queryable,
  {key, settings}: Pick<Site, 'key' | 'settings'>,
  {before, after, steps: reached = [], counters = []}: Change,
): Promise<void> => {
  const {steps} = getConversation(settings);
  const from = findBar(steps, before);
  const bars = listBars(steps)
    .filter(
      (step) =>
        (after.hasContact && step.type === 'verify_email') || reached.includes(toCounter(step)),
    )
    .map(toCounter);
  const to = findBar(steps, {...before, ...after}) ?? bars.at(-1) ?? from;
  const passed = [from ?? [], bars]
    .flat()
    .filter((bar) => bar !== to)
    .map(toPassedCounter);
  await countFunnel(sql, key, [...reached, ...counters, ...passed]);
};

/**
 * Returns the counter of the last bar that a visit has reached; undefined if that is unknown, because
 * the step is deleted or an end without a bar.
 */
const findBar = (
  steps: Step[],
  {furthestStep, hasAsked, hasContact, isComplete}: Progress,
): string | undefined => {
  if (isComplete) return 'completed';
  const bars = listBars(steps);
  const furthest = steps.find(({id}) => id === furthestStep);
  const isUnknown = furthest
    ? furthest.type === 'end' && !bars.includes(furthest)
    : furthestStep !== null;
  const end = furthest && !isUnknown ? steps.indexOf(furthest) : -1;
  const last = bars.findLast(
    (step) => steps.indexOf(step) <= end || (hasContact && step.type === 'verify_email'),
  );
  if (last) return toCounter(last);
  if (isUnknown) return undefined;
  return hasAsked ? 'asked' : 'opened';
};

import {parseArgs} from 'node:util';

import {CommandFailed, createUsageError} from '../command/command.js';
import type {Command} from '../command/command.js';
import {toSinglePage, printRows, parseFormat} from '../command/formats.js';
import type {Step} from '../contract/conversation.js';
import type {Sql} from '../database/sql.js';
import {getConversation} from './conversation.js';
import {findSite} from './store.js';
import type {Site} from './store.js';

const EXPLANATION = `opened: the chat was opened for the first time; many visitors leave after it
  asked: visitors who asked a question before they started
  started: visitors who reached a step; a visitor who asked first counts in both
  step_…: visitors who reached this step or a later one
  abandoned: visitors who started, and left before they submitted an e-mail address
  percent: share of the visitors who started`;

/** Counters that are not a part of the visitors who started. */
const WITHOUT_PERCENT = new Set(['opened', 'asked']);

const USAGE = `maria funnel --site KEY [--days 30] [--format table|json|csv]
  Print how many visitors of a site reached each step, and how many left.
  --days         Count this many days until today (default: 30)
  --format       Print as a table, JSON or CSV (default: table)
  ${EXPLANATION}
  Example: maria funnel --site acme --days 7`;

const OPTIONS = {
  site: {type: 'string'},
  days: {type: 'string', default: '30'},
  format: {type: 'string', default: 'table'},
} as const;

const MAX_DAYS = 3_650;

export const funnelCommand: Command = {
  usage: USAGE,
  run: async ({backgroundSql: sql, print}, args) => {
    const {values} = parseArgs({args, options: OPTIONS, strict: true});
    const format = parseFormat(values.format);
    if (values.site === undefined) throw createUsageError('funnel needs --site.');
    const days = readDays(values.days);
    const site = await findSite(sql, values.site);
    if (!site)
      throw new CommandFailed(
        `There is no site "${values.site}". List the sites with: maria site list`,
      );
    const counts = await readCounts(sql, site.key, days);
    const started = counts.get('started') ?? 0;
    const rows = sortCounters(site, counts).map((counter) => {
      const count = countReached(site, counts, counter);
      const hasPercent = started > 0 && !WITHOUT_PERCENT.has(counter);
      return {counter, count, percent: hasPercent ? Math.round((100 * count) / started) : null};
    });
    await printRows(print, format, ['counter', 'count', 'percent'], toSinglePage(rows));
    if (format === 'table') await print(`\n${EXPLANATION.replaceAll('\n  ', '\n')}`);
  },
};

const readDays = (given: string): number => {
  const days = Number(given);
  if (Number.isInteger(days) && days >= 1 && days <= MAX_DAYS) return days;
  throw createUsageError(`--days must be a whole number from 1 to ${MAX_DAYS}, but is "${given}".`);
};

/** Sums the counters of the last days, including today, in UTC. */
const readCounts = async (sql: Sql, key: string, days: number): Promise<Map<string, number>> => {
  const rows = await sql<{counter: string; count: number}[]>`
    select counter, sum(count)::float8 as count from funnel_daily
    where site_key = ${key} and day > (now() at time zone 'utc')::date - ${days}::int
    group by counter order by counter`;
  return new Map(rows.map(({counter, count}) => [counter, count]));
};

const getSteps = ({settings}: Site): Step[] => getConversation(settings).steps;

/** Returns true for a step at which a visitor stops. The widget does not report the other steps. */
const isCounted = ({type}: Step): boolean => type !== 'say' && type !== 'end';

/** Sorts the counters in the order of the conversation. Counters of deleted steps come last. */
const sortCounters = (site: Site, counts: Map<string, number>): string[] => {
  const known = [
    ...(counts.has('opened') ? ['opened'] : []),
    ...['asked', 'started'],
    ...getSteps(site)
      .filter((step) => isCounted(step) || counts.has(`step_${step.id}`))
      .map(({id}) => `step_${id}`),
    ...['uploaded', 'contact_given', 'completed', 'abandoned'],
  ];
  return [...known, ...[...counts.keys()].filter((counter) => !known.includes(counter))];
};

/** Counts visitors who reached a step or a later one: the widget can report only the later one. */
const countReached = (site: Site, counts: Map<string, number>, counter: string): number => {
  const steps = getSteps(site);
  const index = steps.findIndex(({id}) => `step_${id}` === counter);
  const passing = steps.filter(
    (step, i) => i > index && isCounted(step) && !branchSkipsStep(steps, index, i),
  );
  const later = index === -1 ? [] : passing.map(({id}) => counts.get(`step_${id}`) ?? 0);
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

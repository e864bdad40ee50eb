import {parseArgs} from 'node:util';

import {CommandFailed, usageError} from '../command/command.js';
import type {Command} from '../command/command.js';
import {onePage, printRows, readFormat} from '../command/formats.js';
import {DEFAULT_CONVERSATION} from '../contract/conversation.js';
import type {Step} from '../contract/conversation.js';
import type {Sql} from '../database/sql.js';
import {findSite} from './store.js';
import type {Site} from './store.js';

const EXPLAINED = `percent is of those who started: who decided on a consent, or came to a step. opened counts
  panels that were opened for the first time, many of which end there. A step counts who came to it, or
  past it. abandoned is who left before giving an address.`;

const USAGE = `maria funnel --site KEY [--days 30] [--format table|json|csv]
  How far visitors came, and where they left: counts of a site's last days, without any UUID.
  ${EXPLAINED}`;

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
    const format = readFormat(values.format);
    if (values.site === undefined) throw usageError('funnel needs --site.');
    const days = readDays(values.days);
    const site = await findSite(sql, values.site);
    if (!site) throw new CommandFailed(`There is no site "${values.site}".`);
    const counts = await readCounts(sql, site.key, days);
    const started = counts.get('started') ?? 0;
    const rows = inOrder(site, counts).map((counter) => {
      const count = countReached(site, counts, counter);
      const isShare = started > 0 && counter !== 'opened';
      return {counter, count, percent: isShare ? Math.round((100 * count) / started) : null};
    });
    await printRows(print, format, ['counter', 'count', 'percent'], onePage(rows));
    if (format === 'table') await print(`\n${EXPLAINED.replaceAll('\n  ', '\n')}`);
  },
};

const readDays = (given: string): number => {
  const days = Number(given);
  if (Number.isInteger(days) && days >= 1 && days <= MAX_DAYS) return days;
  throw usageError(`--days takes a whole number from 1 to ${MAX_DAYS}, but is "${given}".`);
};

/** Today and the days before it, by UTC. */
const readCounts = async (sql: Sql, key: string, days: number): Promise<Map<string, number>> => {
  const rows = await sql<{counter: string; count: number}[]>`
    select counter, sum(count)::float8 as count from funnel_daily
    where site_key = ${key} and day > (now() at time zone 'utc')::date - ${days}::int
    group by counter order by counter`;
  return new Map(rows.map(({counter, count}) => [counter, count]));
};

const getSteps = ({settings}: Site): Step[] =>
  (settings.conversation ?? DEFAULT_CONVERSATION).steps;

/** Steps that a visitor stays at. The widget passes the others without reporting them. */
const isCounted = ({type}: Step): boolean => type !== 'say' && type !== 'end';

/** As a visitor meets them; what the conversation no longer has comes last. */
const inOrder = (site: Site, counts: Map<string, number>): string[] => {
  const known = [
    ...(counts.has('opened') ? ['opened'] : []),
    'started',
    ...getSteps(site)
      .filter((step) => isCounted(step) || counts.has(`step_${step.id}`))
      .map(({id}) => `step_${id}`),
    ...['uploaded', 'contact_given', 'completed', 'abandoned'],
  ];
  return [...known, ...[...counts.keys()].filter((counter) => !known.includes(counter))];
};

/** Who is quick, or offline meanwhile, tells of a later step alone, and came past this one. */
const countReached = (site: Site, counts: Map<string, number>, counter: string): number => {
  const steps = getSteps(site);
  const at = steps.findIndex(({id}) => `step_${id}` === counter);
  const passing = steps.filter(
    (step, i) => i > at && isCounted(step) && !branchSkipsStep(steps, at, i),
  );
  const later = at === -1 ? [] : passing.map(({id}) => counts.get(`step_${id}`) ?? 0);
  return Math.max(counts.get(counter) ?? 0, ...later);
};

/** Whether a branch may bring a visitor from before one step to behind it, and up to another. */
const branchSkipsStep = (steps: Step[], step: number, upTo: number): boolean =>
  steps.slice(0, step).some(({next = []}) =>
    next.some(({to}) => {
      const target = steps.findIndex(({id}) => id === to);
      return target > step && target <= upTo;
    }),
  );

import {parseArgs} from 'node:util';

import {CommandFailed, usageError} from '../command/command.js';
import type {Command} from '../command/command.js';
import {onePage, printRows, readFormat} from '../command/formats.js';
import {DEFAULT_CONVERSATION} from '../contract/conversation.js';
import type {Sql} from '../database/connect.js';
import {findSite} from './store.js';
import type {Site} from './store.js';

const USAGE = `maria funnel --site KEY [--days 30] [--format table|json|csv]
  How far visitors came, and where they left: counts of a site's last days, without any UUID.`;

const OPTIONS = {
  site: {type: 'string'},
  days: {type: 'string', default: '30'},
  format: {type: 'string', default: 'table'},
} as const;

const MOST_DAYS = 3_650;

export const funnelCommand: Command = {
  usage: USAGE,
  run: async ({backgroundSql: sql, print}, args) => {
    const {values} = parseArgs({args, options: OPTIONS, strict: true});
    const format = readFormat(values.format);
    if (values.site === undefined) throw usageError('funnel needs --site.');
    const days = readDays(values.days);
    const site = await findSite(sql, values.site);
    if (!site) throw new CommandFailed(`There is no site "${values.site}".`);
    const counts = await countsOf(sql, site.key, days);
    const started = counts.get('started') ?? 0;
    const rows = inOrder(site, counts).map((counter) => {
      const count = counts.get(counter) ?? 0;
      return {counter, count, percent: started > 0 ? Math.round((100 * count) / started) : null};
    });
    await printRows(print, format, ['counter', 'count', 'percent'], onePage(rows));
  },
};

const readDays = (given: string): number => {
  const days = Number(given);
  if (Number.isInteger(days) && days >= 1 && days <= MOST_DAYS) return days;
  throw usageError(`--days takes a whole number from 1 to ${MOST_DAYS}, but is "${given}".`);
};

/** Today and the days before it, by UTC. */
const countsOf = async (sql: Sql, key: string, days: number): Promise<Map<string, number>> => {
  const rows = await sql<{counter: string; count: number}[]>`
    select counter, sum(count)::float8 as count from funnel_daily
    where site_key = ${key} and day > (now() at time zone 'utc')::date - ${days}::int
    group by counter order by counter`;
  return new Map(rows.map(({counter, count}) => [counter, count]));
};

/** As a visitor meets them; what the conversation no longer has comes last. */
const inOrder = ({settings}: Site, counts: Map<string, number>): string[] => {
  const {steps} = settings.conversation ?? DEFAULT_CONVERSATION;
  const known = [
    ...(counts.has('opened') ? ['opened'] : []),
    'started',
    ...steps.map(({id}) => `step_${id}`),
    ...['uploaded', 'contact_given', 'completed', 'abandoned'],
  ];
  return [...known, ...[...counts.keys()].filter((counter) => !known.includes(counter))];
};

import {parseArgs} from 'node:util';

import {CommandFailed, createUsageError} from '../command/command.js';
import type {Command} from '../command/command.js';
import {toSinglePage, printRows, parseFormat} from '../command/formats.js';
import {countActive, listCounts, readCounts} from './funnel.js';
import {findSite} from './store.js';

const EXPLANATION = `opened: the chat was opened for the first time; many visitors leave after it
  asked: visitors who asked a question before they started
  started: visitors who reached a step; a visitor who asked first counts in both
  step_…: visitors who reached this step; the confirmation is reached with the e-mail address
  uploaded: number of files
  abandoned: visitors who started, and left before they submitted an e-mail address
  percent: share of the visitors who started or asked`;

/** Counters that are not a part of the visitors who started or asked. */
const WITHOUT_PERCENT = new Set(['opened', 'uploaded']);

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
    const active = countActive(counts);
    const rows = listCounts(site, counts).map(([counter, count]) => {
      const hasPercent = active > 0 && !WITHOUT_PERCENT.has(counter);
      return {counter, count, percent: hasPercent ? Math.round((100 * count) / active) : null};
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

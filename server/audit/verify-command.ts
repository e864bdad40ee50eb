import {parseArgs} from 'node:util';

import {CommandFailed, usageError} from '../command/command.js';
import type {CommandDeps} from '../command/command.js';
import {verifyArchive, verifyTrail} from './verify.js';
import type {Verified} from './verify.js';

const OPTIONS = {month: {type: 'string'}, file: {type: 'string'}} as const;

/** `maria audit verify`: says where a chain breaks first, and fails if one does. */
export const verifyAudit = async ({backgroundSql: sql, print}: CommandDeps, args: string[]) => {
  const {values} = parseArgs({args, options: OPTIONS, strict: true});
  const {month, file} = values;
  if (month !== undefined && file !== undefined) {
    throw usageError('--month and --file cannot be given together.');
  }
  if (month !== undefined && !/^\d{4}-(0[1-9]|1[0-2])$/.test(month)) {
    throw usageError(`--month takes a month such as 2026-11, but is "${month}".`);
  }
  const total = {months: 0, rows: 0, broken: 0};
  const found = file === undefined ? verifyTrail(sql, month) : oneArchive(file);
  for await (const one of found) {
    total.months++;
    total.rows += one.rows;
    if (one.fault !== undefined) total.broken++;
    await print(`${one.month}: ${described(one)}`);
  }
  if (total.months === 0) throw new CommandFailed(`The trail has no month ${month ?? 'at all'}.`);
  await print(`${counted(total.rows, 'row')} in ${counted(total.months, 'month')} checked.`);
  if (total.broken > 0) throw new CommandFailed('The trail is broken.');
};

async function* oneArchive(file: string): AsyncGenerator<Verified> {
  try {
    yield await verifyArchive(file);
  } catch (error) {
    throw new CommandFailed(`${file} cannot be read as an archive: ${(error as Error).message}`);
  }
}

const described = ({rows, unchained, head, fault}: Verified): string => {
  if (fault !== undefined) return `broken, first here: ${fault}.`;
  const waiting = unchained > 0 ? `, ${unchained} of them not chained yet` : '';
  return `whole, ${counted(rows, 'row')}${waiting}; last hash ${head}`;
};

const counted = (count: number, what: string): string =>
  `${count} ${what}${count === 1 ? '' : 's'}`;

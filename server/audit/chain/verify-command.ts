import {parseArgs} from 'node:util';

import {CommandFailed, createUsageError} from '../../command/command.js';
import type {CommandDeps} from '../../command/command.js';
import {formatCount} from '../../text/count.js';
import {verifyArchive, verifyAuditLog} from './verify.js';
import type {Verified} from './verify.js';

const OPTIONS = {month: {type: 'string'}, file: {type: 'string'}} as const;

/** Runs `maria audit verify`: prints the first break of each chain, and fails if there is one. */
export const verifyAudit = async ({backgroundSql: sql, print}: CommandDeps, args: string[]) => {
  const {values} = parseArgs({args, options: OPTIONS, strict: true});
  const {month, file} = values;
  if (month !== undefined && file !== undefined) {
    throw createUsageError('--month and --file cannot be used together. Pass one of them.');
  }
  if (month !== undefined && !/^\d{4}-(0[1-9]|1[0-2])$/.test(month)) {
    throw createUsageError(`Invalid --month "${month}". Pass a month such as 2026-11.`);
  }
  const total = {months: 0, rows: 0, broken: 0};
  const found = file === undefined ? verifyAuditLog(sql, month) : oneArchive(file);
  for await (const result of found) {
    total.months++;
    total.rows += result.rows;
    if (result.fault !== undefined) total.broken++;
    await print(`${result.month}: ${describe(result)}`);
  }
  if (total.months === 0)
    throw new CommandFailed(
      `The audit log has no ${month === undefined ? 'rows' : `rows of the month ${month}`}.`,
    );
  await print(
    `${formatCount(total.rows, 'row')} in ${formatCount(total.months, 'month')} checked.`,
  );
  if (total.broken > 0)
    throw new CommandFailed(
      'Rows of the audit log were changed, deleted or inserted later. Check who has access to the database.',
    );
};

async function* oneArchive(file: string): AsyncGenerator<Verified> {
  try {
    yield await verifyArchive(file);
  } catch (error) {
    throw new CommandFailed(`${file} is not a readable archive: ${(error as Error).message}`);
  }
}

const describe = ({rows, unchained, head, fault}: Verified): string => {
  if (fault !== undefined) return `broken; first break: ${fault}.`;
  const waiting = unchained > 0 ? `, ${unchained} of them not chained yet` : '';
  return `intact, ${formatCount(rows, 'row')}${waiting}; last hash ${head}`;
};

import {parseArgs} from 'node:util';

import {Reaper} from '../cleanup/reaper.js';
import type {Command, CommandDeps} from '../command/command.js';
import type {Sql} from '../database/sql.js';
import {transaction} from '../events/transaction.js';
import {endVisit, eraseSession} from '../sessions/end.js';
import {countLinksTo, findSessions, deleteLinksTo} from './find-sessions.js';
import type {FoundSession} from './find-sessions.js';

const USAGE = `maria erase --uuid UUID | --email ADDRESS --yes
  Erases name, addresses, files, messages and queued mail for good. What stays names nobody: the
  UUID's tombstone, the wording of consents, the trail without addresses.
  --email        all sessions of that address
  --yes          without it nothing is erased, and what would be is listed
  Ends with 0 when it has erased or listed, with 1 when nothing is there to erase.`;

const OPTIONS = {
  uuid: {type: 'string'},
  email: {type: 'string'},
  yes: {type: 'boolean', default: false},
} as const;

export const eraseCommand: Command = {
  usage: USAGE,
  run: async (deps, args) => {
    const {values} = parseArgs({args, options: OPTIONS, strict: true});
    const {config, backgroundSql: sql, objects, log, print} = deps;
    const {email} = values;
    const links = email === undefined ? 0 : await countLinksTo(sql, email);
    const found = await findSessions(sql, values, {mayBeNone: links > 0});
    if (!values.yes) {
      await print(listed(found, links));
      return;
    }
    for (const session of found) await erase(deps, session);
    const forgotten = email === undefined ? 0 : await deleteLinksTo(sql, email);
    if (forgotten > 0)
      await print(`${forgotten} links to the address in other sessions are erased`);
    await new Reaper({sql, objects, config, log}).runUrgent();
    const waiting = await countWaiting(sql, found);
    if (waiting === 0) return;
    await print(`${waiting} files could not be removed now; the server's cleanup goes on trying.`);
  },
};

const erase = async (
  {backgroundSql: sql, print}: CommandDeps,
  {uuid, siteKey}: FoundSession,
): Promise<void> => {
  const state = await transaction(sql, async (tx) => {
    const [visit] = await tx<{state: string}[]>`
      select state from visits where uuid = ${uuid} for update`;
    if (visit?.state === 'open') {
      await endVisit(tx, {uuid, siteKey, address: null}, 'discarded', 'operator');
    }
    if (visit?.state === 'session') await eraseSession(tx, {uuid, siteKey}, 'operator');
    return visit?.state ?? '';
  });
  const isNew = state === 'open' || state === 'session';
  await print(`${uuid} ${isNew ? 'is erased' : 'was erased before'}`);
};

const listed = (found: FoundSession[], links: number): string =>
  [
    'Nothing was erased. With --yes these go for good, with their files:',
    ...found.map(({uuid, siteKey, state}) => `  ${uuid}  site ${siteKey}, ${state}`),
    ...(links > 0 ? [`  ${links} confirmation links that were made for the address`] : []),
  ].join('\n');

const countWaiting = async (sql: Sql, found: FoundSession[]): Promise<number> => {
  const rows = await sql`
    select from file_uploads
    where session_uuid = any(${found.map(({uuid}) => uuid)}::uuid[]) and removals = 0`;
  return rows.length;
};

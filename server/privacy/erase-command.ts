import {parseArgs} from 'node:util';

import {Reaper} from '../cleanup/reaper.js';
import type {Command, CommandDeps} from '../command/command.js';
import type {Sql} from '../database/sql.js';
import {formatCount} from '../text/count.js';
import {eraseVisit} from './erase.js';
import {countLinksTo, findSessions, deleteLinksTo} from './find-sessions.js';
import type {FoundSession} from './find-sessions.js';

const USAGE = `maria erase --uuid UUID | --email E-MAIL [--yes]
  Erase the data of a session: name, e-mail address, IP addresses, answers, files, messages and queued
  e-mails. Its UUID, the wording of its consents and its audit rows without IP addresses remain.
  --uuid         Erase the session with this whole UUID
  --email        Erase all sessions of this e-mail address
  --yes          Erase (without it: only print what would be erased)
  Exit codes: 0 something was erased or printed, 1 there is nothing to erase, 2 wrong usage.
  Example: maria erase --email anna@example.com --yes`;

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
      await print(describe(found, links));
      return;
    }
    for (const session of found) await erase(deps, session);
    const erasedLinks = email === undefined ? 0 : await deleteLinksTo(sql, email);
    if (erasedLinks > 0)
      await print(
        `Erased ${formatCount(erasedLinks, 'link')} to this e-mail address in other sessions`,
      );
    await new Reaper({sql, objects, config, log}).runUrgent();
    const waiting = await countWaiting(sql, found);
    if (waiting === 0) return;
    await print(
      `${formatCount(waiting, 'file')} could not be deleted now. A running server tries again automatically.`,
    );
  },
};

const erase = async (
  {backgroundSql: sql, print}: CommandDeps,
  visit: FoundSession,
): Promise<void> => {
  const isErased = await eraseVisit(sql, visit, 'operator');
  await print(`${visit.uuid} ${isErased ? 'is erased' : 'was erased before'}`);
};

const describe = (found: FoundSession[], links: number): string =>
  [
    'Nothing was erased. To erase these with their files, run the command again with --yes:',
    ...found.map(({uuid, siteKey, state}) => `  ${uuid}  site ${siteKey}, ${state}`),
    ...(links > 0 ? [`  ${formatCount(links, 'confirmation link')} for this e-mail address`] : []),
  ].join('\n');

const countWaiting = async (sql: Sql, found: FoundSession[]): Promise<number> => {
  const rows = await sql`
    select from file_uploads
    where session_uuid = any(${found.map(({uuid}) => uuid)}::uuid[]) and removals = 0`;
  return rows.length;
};

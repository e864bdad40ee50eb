import {parseArgs} from 'node:util';

import {addAnswers, listAnswerColumns} from '../answers/columns.js';
import {CommandFailed, createUsageError} from '../command/command.js';
import type {Command} from '../command/command.js';
import {printRows, parseFormat} from '../command/formats.js';
import {parseSince} from '../command/since.js';
import type {Sql} from '../database/sql.js';
import {PAGE_ROWS, readPages} from '../database/read-pages.js';
import {findSite} from '../sites/store.js';
import {readUuid} from '../text/uuid.js';
import {selectSessionState} from '../visits/store.js';

const USAGE = `maria sessions [--site KEY] [--state pending|complete|archived] [--since TIME] [--reference REFERENCE] [--format table|json|csv] [--answers]
  Print the sessions that have an e-mail address, oldest first. The column ai_training is empty if the
  visitor was not asked for this consent.
  --site         Print only sessions of this site (default: all sites)
  --state        Print only sessions in this state (default: all states). pending: the e-mail address is
                 not confirmed. complete: it is confirmed. archived: it was not confirmed in time.
  --since        Print only sessions since this day, time or age: 2026-11-21, 2026-11-21T09:30:00Z, 7d
  --reference    Print only the session with this UUID, or all sessions with these first eight
                 characters of it
  --format       Print as a table, JSON or CSV (default: table)
  --answers      Also print the answers to the site's questions, in JSON or CSV. CSV has a column for each
                 question with an answer, named answers.FIELD: first in the order of the conversation,
                 then those that it no longer asks.
  Example: maria sessions --site acme --state complete --since 7d`;

const OPTIONS = {
  site: {type: 'string'},
  state: {type: 'string'},
  since: {type: 'string'},
  reference: {type: 'string'},
  format: {type: 'string', default: 'table'},
  answers: {type: 'boolean', default: false},
} as const;

const STATES = ['pending', 'complete', 'archived'];

interface Filter {
  site: string | null;
  state: string | null;
  since: Date | null;
  /** First and last UUID. */
  uuids: [string, string] | null;
}

export const sessionsCommand: Command = {
  usage: USAGE,
  run: async ({backgroundSql: sql, print}, args) => {
    const {values} = parseArgs({args, options: OPTIONS, strict: true});
    const format = parseFormat(values.format);
    if (values.state !== undefined && !STATES.includes(values.state)) {
      throw createUsageError(
        `--state is "${values.state}". Expected one of ${STATES.join(', ')}. Correct it or leave it out.`,
      );
    }
    const filter = {
      site: values.site ?? null,
      state: values.state ?? null,
      since: values.since === undefined ? null : parseSince(values.since),
      uuids: values.reference === undefined ? null : readReference(values.reference),
    };
    if (filter.site !== null && !(await findSite(sql, filter.site))) {
      throw new CommandFailed(
        `There is no site "${filter.site}". Expected the key of a site. List them with: maria site list`,
      );
    }
    const rows = toRows(readPages<SessionRow>((last) => readSessionPage(sql, filter, last)));
    if (!values.answers) return printRows(print, format, COLUMNS, rows);
    if (format === 'table') {
      throw createUsageError(
        '--answers needs more room than a table has. Add --format csv or json.',
      );
    }
    const columns =
      format === 'csv' ? await listAnswerColumns(sql, [listSessions(sql, filter)]) : [];
    return printRows(print, format, [...COLUMNS, ...columns], addAnswers(sql, format, rows));
  },
};

/** Returns the range of UUIDs that a reference stands for. */
const readReference = (given: string): [string, string] => {
  const uuid = readUuid(given);
  if (uuid) return [uuid, uuid];
  if (!/^[0-9a-f]{8}$/i.test(given)) {
    throw createUsageError(
      `--reference is "${given}". Expected a UUID or its first eight characters. Copy them from an e-mail of the session.`,
    );
  }
  return [`${given}-0000-0000-0000-000000000000`, `${given}-ffff-ffff-ffff-ffffffffffff`];
};

const COLUMNS = [
  ...['uuid', 'site', 'state', 'name', 'email', 'locale', 'ai_training', 'files'],
  ...['created_at', 'completed_at'],
];

// A type, because an interface is not assignable to a row of named cells.
type SessionRow = {
  id: string;
  uuid: string;
  site: string;
  state: string;
  name: string;
  email: string;
  locale: string | null;
  /** Null if the visitor was not asked. */
  ai_training: boolean | null;
  files: number;
  created_at: Date;
  completed_at: Date | null;
};

const readSessionPage = (sql: Sql, filter: Filter, last: SessionRow | undefined) =>
  sql<SessionRow[]>`${listSessions(sql, filter, last?.id)} order by id limit ${PAGE_ROWS}`;

/** Returns the query of the sessions that match a filter, after the one with the given id. */
const listSessions = (sql: Sql, {site, state, since, uuids}: Filter, after = '0') => sql`
    select * from (
      select id, uuid, site_key as site,
             ${selectSessionState(sql)} as state,
             name, email, locale,
             case when exists (
               select from consents c where c.session_uuid = s.uuid and c.purpose = 'ai_training')
             then consent_ai_training end as ai_training,
             (select count(*)::int from file_uploads f
              where f.session_uuid = s.uuid and f.state = 'stored') as files,
             created_at, completed_at
      from user_sessions s
      where id > ${after}::bigint
        ${uuids === null ? sql`` : sql`and uuid between ${uuids[0]} and ${uuids[1]}`}) as listed
    where true
      ${site === null ? sql`` : sql`and site = ${site}`}
      ${state === null ? sql`` : sql`and state = ${state}`}
      ${since === null ? sql`` : sql`and created_at >= ${since}`}`;

async function* toRows(rows: AsyncIterable<SessionRow[]>) {
  for await (const page of rows) {
    yield page.map(({id: _, created_at, completed_at, ...row}) => ({
      ...row,
      created_at: created_at.toISOString(),
      completed_at: completed_at?.toISOString() ?? null,
    }));
  }
}

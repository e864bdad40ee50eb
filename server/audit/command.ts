import {parseArgs} from 'node:util';

import {createUsageError} from '../command/command.js';
import type {Command} from '../command/command.js';
import {printRows, parseFormat} from '../command/formats.js';
import {parseSince} from '../command/since.js';
import {AUDIT_EVENTS} from '../contract/event-names.js';
import type {Sql} from '../database/sql.js';
import {PAGE_ROWS, readPages} from '../database/read-pages.js';
import {readUuid} from '../text/uuid.js';
import {verifyAudit} from './chain/verify-command.js';

const USAGE = `maria audit [--uuid UUID] [--site KEY] [--since TIME] [--type EVENT] [--format table|json|csv]
  Print the audit log, oldest row first.
  --uuid         Print only rows of the session with this whole UUID
  --site         Print only rows of this site
  --since        Print only rows since this day, time or age: 2026-11-21, 2026-11-21T09:30:00Z, 24h
  --type         Print only rows of this event, such as file_upload
  --format       Print as a table, JSON or CSV (default: table)
  Example: maria audit --type rate_limit_exceeded --since 24h

maria audit verify [--month MONTH | --file FILE]
  Check whether rows of the audit log were changed, deleted or inserted later, and print the first such
  row of each month. Rows of the last minutes may not be protected yet.
  --month        Check only this month (default: all months in the database)
  --file         Check this archive of AUDIT_ARCHIVE_DIR instead of the database
  Exit codes: 0 nothing was changed, 1 something was changed, 2 wrong usage.
  Example: maria audit verify --month 2026-11`;

const OPTIONS = {
  uuid: {type: 'string'},
  site: {type: 'string'},
  since: {type: 'string'},
  type: {type: 'string'},
  format: {type: 'string', default: 'table'},
} as const;

interface Filter {
  uuid: string | null;
  site: string | null;
  since: Date | null;
  type: string | null;
}

export const auditCommand: Command = {
  usage: USAGE,
  run: async (deps, args) => {
    if (args[0] === 'verify') {
      await verifyAudit(deps, args.slice(1));
      return;
    }
    const {backgroundSql: sql, print} = deps;
    const {values} = parseArgs({args, options: OPTIONS, strict: true});
    const format = parseFormat(values.format);
    const filter = {
      uuid: values.uuid === undefined ? null : requireUuid(values.uuid),
      site: values.site ?? null,
      since: values.since === undefined ? null : parseSince(values.since),
      type: values.type === undefined ? null : requireType(values.type),
    };
    const rows = readPages<AuditRow>((last) => auditPage(sql, filter, last));
    await printRows(print, format, COLUMNS, rows);
  },
};

const COLUMNS = ['timestamp', 'event_type', 'user_uuid', 'site_key', 'ip_address', 'metadata'];

// Not an interface, because only a type is assignable to `Row`.
type AuditRow = {
  id: string;
  timestamp: string;
  event_type: string;
  user_uuid: string | null;
  site_key: string | null;
  ip_address: string | null;
  metadata: object;
};

/** The time stays a text, because the database counts microseconds, which a `Date` truncates. */
const auditPage = (sql: Sql, {uuid, site, since, type}: Filter, last: AuditRow | undefined) =>
  sql<AuditRow[]>`
    select id, to_char(timestamp at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as timestamp,
           event_type, user_uuid, site_key, host(ip_address) as ip_address, metadata
    from audit_logs
    where true
      ${uuid === null ? sql`` : sql`and user_uuid = ${uuid}`}
      ${site === null ? sql`` : sql`and site_key = ${site}`}
      ${since === null ? sql`` : sql`and timestamp >= ${since}`}
      ${type === null ? sql`` : sql`and event_type = ${type}`}
      ${last ? sql`and (audit_logs.timestamp, id) > (${last.timestamp}::text::timestamptz, ${last.id}::bigint)` : sql``}
    order by audit_logs.timestamp, id limit ${PAGE_ROWS}`;

const requireUuid = (given: string): string => {
  const uuid = readUuid(given);
  if (uuid) return uuid;
  throw createUsageError(
    `Invalid --uuid "${given}". Pass the whole UUID. Find it with: maria sessions --reference REFERENCE`,
  );
};

const requireType = (given: string): string => {
  if ((AUDIT_EVENTS as readonly string[]).includes(given)) return given;
  throw createUsageError(`Invalid --type "${given}". Pass one of ${AUDIT_EVENTS.join(', ')}.`);
};

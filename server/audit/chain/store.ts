import {one} from '../../database/one.js';
import type {Queryable, Sql} from '../../database/sql.js';
import type {ChainEntry, ChainedRow, Month} from './check.js';

export const CHAIN_PAGE_ROWS = 1_000;
/** Lower than every possible id, including ids that were inserted by hand. */
const LOWEST_ID = String(-(2n ** 63n));

const firstDay = (month: Month): string => `${month}-01`;

/** The time stays a text, because the database counts microseconds, which a `Date` truncates. */
const rowColumns = (sql: Queryable) => sql`
  a.id, to_char(a.timestamp at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as timestamp,
  a.event_type, a.user_uuid, a.site_key, a.metadata`;

const inMonth = (sql: Queryable, month: Month) => sql`
  a.timestamp >= (${firstDay(month)}::date)::timestamp at time zone 'utc'
  and a.timestamp < (${firstDay(month)}::date + interval '1 month') at time zone 'utc'`;

export const auditMonths = async (sql: Queryable): Promise<Month[]> => {
  const rows = await sql<{month: Month}[]>`
    select to_char(month, 'YYYY-MM') as month from audit_months() as month`;
  return rows.map(({month}) => month);
};

export interface StoredAuditRow extends ChainedRow {
  isChained: boolean;
}

/**
 * Returns a page of audit rows in the order of ids, of one month or of all months. It includes
 * chained rows: a query for the others would read many rows to fill one page.
 */
export const readAuditPage = async (
  sql: Queryable,
  {after, limit = CHAIN_PAGE_ROWS, month}: {after: string; limit?: number; month?: Month},
): Promise<StoredAuditRow[]> => {
  const rows = await sql<ChainedRow[]>`
    select ${rowColumns(sql)} from audit_logs a
    where a.id > ${after}::bigint ${month === undefined ? sql`` : sql`and ${inMonth(sql, month)}`}
    order by a.id limit ${limit}`;
  const months = [...new Set(rows.map(({timestamp}) => firstDay(timestamp.slice(0, 7))))];
  // Selects by ids: a join may be planned as a scan of the whole month.
  const chained = await sql<{id: string}[]>`
    select audit_id as id from audit_chain
    where month = any(${months}::date[]) and audit_id = any(${rows.map(({id}) => id)}::bigint[])`;
  const known = new Set(chained.map(({id}) => id));
  return rows.map((row) => ({...row, isChained: known.has(row.id)}));
};

/** Returns the rows of one month that are not in its chain, page by page. */
export async function* findUnhashedRows(
  sql: Queryable,
  month: Month,
): AsyncGenerator<ChainedRow[]> {
  for (let after = LOWEST_ID; ;) {
    const rows = await readAuditPage(sql, {month, after});
    yield rows.filter(({isChained}) => !isChained);
    if (rows.length < CHAIN_PAGE_ROWS) return;
    after = rows.at(-1)?.id ?? after;
  }
}

/** Returns a page of a month's chain, each entry with its current row. */
export const chainPage = async (
  sql: Queryable,
  month: Month,
  afterSeq: number,
): Promise<ChainEntry[]> => {
  const entries = await sql<Omit<ChainEntry, 'row'>[]>`
    select seq::float8 as seq, audit_id as id, hash from audit_chain
    where month = ${firstDay(month)}::date and seq > ${afterSeq}
    order by seq limit ${CHAIN_PAGE_ROWS}`;
  const rows = await sql<ChainedRow[]>`
    select ${rowColumns(sql)} from audit_logs a
    where a.id = any(${entries.map(({id}) => id)}::bigint[]) and ${inMonth(sql, month)}`;
  const byId = new Map(rows.map((row) => [row.id, row]));
  return entries.map((entry) => ({...entry, row: byId.get(entry.id)}));
};

export const chainHead = async (
  sql: Queryable,
  month: Month,
): Promise<{seq: number; hash: Uint8Array} | undefined> => {
  const [head] = await sql<{seq: number; hash: Uint8Array}[]>`
    select seq::float8 as seq, hash from audit_chain
    where month = ${firstDay(month)}::date order by seq desc limit 1`;
  return head;
};

export const insertChain = async (
  sql: Queryable,
  month: Month,
  entries: {seq: number; id: string; hash: Uint8Array}[],
): Promise<void> => {
  await sql`
    insert into audit_chain (month, seq, audit_id, hash)
    select ${firstDay(month)}::date, seq, id, decode(hash, 'hex')
    from unnest(
      ${entries.map(({seq}) => seq)}::bigint[], ${entries.map(({id}) => id)}::bigint[],
      ${entries.map(({hash}) => Buffer.from(hash).toString('hex'))}::text[]
    ) as given (seq, id, hash)`;
};

export const countRows = async (sql: Queryable, month: Month): Promise<number> => {
  const [row] = await sql<{count: number}[]>`
    select count(*)::float8 as count from audit_logs a where ${inMonth(sql, month)}`;
  return row?.count ?? 0;
};

/**
 * Returns the id of a row of this month that was inserted after rows of a later month: its id is
 * higher than theirs, although its time is earlier.
 */
export const findBackdatedRow = async (
  sql: Queryable,
  month: Month,
  lateMs: number,
): Promise<string | undefined> => {
  const [row] = await sql<{id: string}[]>`
    select max(a.id) as id from audit_logs a
    where ${inMonth(sql, month)}
    having max(a.id) > (
      select min(id) from audit_logs
      where timestamp >= (${firstDay(month)}::date + interval '1 month') at time zone 'utc'
                         + ${`${lateMs} milliseconds`}::interval)`;
  return row?.id;
};

export interface ChainProgress {
  /** Low watermark: every row up to this id is in its chain, or was never committed. */
  settled: string;
  /** Id that becomes the watermark once every transaction before `xmax` has ended. */
  candidate?: {id: string; xmax?: string};
}

export interface Now {
  /** Last id that the sequence has issued. */
  lastId: string;
  xmin: string;
  xmax: string;
}

const TASK = 'audit_chain';

export const readProgress = async (sql: Sql): Promise<{progress: ChainProgress; now: Now}> => {
  const rows = await sql<(Now & {progress: ChainProgress | null})[]>`
    select (select progress from tasks where name = ${TASK}) as progress,
           coalesce(pg_sequence_last_value(
             pg_get_serial_sequence('audit_logs', 'id')::regclass), 0)::text as "lastId",
           pg_snapshot_xmin(pg_current_snapshot())::text as xmin,
           pg_snapshot_xmax(pg_current_snapshot())::text as xmax`;
  const {progress, ...now} = one(rows);
  return {progress: progress ?? {settled: '0'}, now};
};

export const saveProgress = async (sql: Queryable, progress: ChainProgress): Promise<void> => {
  await sql`
    insert into tasks (name, progress) values (${TASK}, ${JSON.stringify(progress)}::text::jsonb)
    on conflict (name) do update set progress = excluded.progress`;
};

import type {Queryable, Sql} from '../database/sql.js';
import type {ChainEntry, ChainedRow, Month} from './chain-check.js';

export const CHAIN_PAGE_ROWS = 1_000;
/** Below every id there can be, whoever chose it. */
const LOWEST_ID = String(-(2n ** 63n));

const firstDay = (month: Month): string => `${month}-01`;

/** The time is a text throughout: the database counts microseconds, which a `Date` would cut. */
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

export interface TrailRow extends ChainedRow {
  isChained: boolean;
}

/**
 * A page of the trail in the order of ids, of one month or of all. Chained rows are among them: a
 * look-up for those that are not would read on and on where most are.
 */
export const trailPage = async (
  sql: Queryable,
  {after, limit = CHAIN_PAGE_ROWS, month}: {after: string; limit?: number; month?: Month},
): Promise<TrailRow[]> => {
  const rows = await sql<ChainedRow[]>`
    select ${rowColumns(sql)} from audit_logs a
    where a.id > ${after}::bigint ${month === undefined ? sql`` : sql`and ${inMonth(sql, month)}`}
    order by a.id limit ${limit}`;
  const months = [...new Set(rows.map(({timestamp}) => firstDay(timestamp.slice(0, 7))))];
  // By their numbers and not by a join, which may be planned as a reading of the whole month.
  const chained = await sql<{id: string}[]>`
    select audit_id as id from audit_chain
    where month = any(${months}::date[]) and audit_id = any(${rows.map(({id}) => id)}::bigint[])`;
  const known = new Set(chained.map(({id}) => id));
  return rows.map((row) => ({...row, isChained: known.has(row.id)}));
};

/** The rows of one month that its chain does not have, page by page. */
export async function* findUnhashedRows(
  sql: Queryable,
  month: Month,
): AsyncGenerator<ChainedRow[]> {
  for (let after = LOWEST_ID; ;) {
    const rows = await trailPage(sql, {month, after});
    yield rows.filter(({isChained}) => !isChained);
    if (rows.length < CHAIN_PAGE_ROWS) return;
    after = rows.at(-1)?.id ?? after;
  }
}

/** A page of a month's chain, each entry with its row as it is now. */
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
 * Whether a row of this month came into the trail after rows of a later time: its id is above
 * theirs, though its time is not.
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
  /** Every row up to this id is in its chain, or never came to be. */
  settled: string;
  /** An id that is settled once every transaction before `xmax` has ended. */
  candidate?: {id: string; xmax?: string};
}

export interface Now {
  /** The last id that was given out. */
  lastId: string;
  xmin: string;
  xmax: string;
}

const TASK = 'audit_chain';

export const readProgress = async (sql: Sql): Promise<{progress: ChainProgress; now: Now}> => {
  const [row] = await sql<(Now & {progress: ChainProgress | null})[]>`
    select (select progress from tasks where name = ${TASK}) as progress,
           coalesce(pg_sequence_last_value(
             pg_get_serial_sequence('audit_logs', 'id')::regclass), 0)::text as "lastId",
           pg_snapshot_xmin(pg_current_snapshot())::text as xmin,
           pg_snapshot_xmax(pg_current_snapshot())::text as xmax`;
  if (!row) throw new Error('The database did not answer a query of one row.');
  const {progress, ...now} = row;
  return {progress: progress ?? {settled: '0'}, now};
};

export const saveProgress = async (sql: Queryable, progress: ChainProgress): Promise<void> => {
  await sql`
    insert into tasks (name, progress) values (${TASK}, ${JSON.stringify(progress)}::text::jsonb)
    on conflict (name) do update set progress = excluded.progress`;
};

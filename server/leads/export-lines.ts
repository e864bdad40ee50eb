import {addAnswers, listAnswerColumns} from '../answers/columns.js';
import {csvLines} from '../command/formats.js';
import type {Row} from '../command/formats.js';
import type {Sql} from '../database/sql.js';
import {PAGE_ROWS} from '../database/read-pages.js';
import {readPagesOf} from './export-store.js';
import type {Snapshot} from './export-store.js';
import {readLeads, toApiLead} from './lead-rows.js';
import type {LeadRow} from './lead-rows.js';

const COLUMNS = [
  ...['uuid', 'site', 'state', 'status', 'name', 'email', 'locale', 'ai_training', 'files'],
  ...['messages', 'created_at', 'completed_at', 'last_activity_at'],
  ...['personal_data_agreed_at', 'ai_training_agreed_at', 'ai_answers_agreed_at'],
];

/** Yields the leads of a snapshot as CSV, with a column for each question that has an answer. */
export async function* createCsv(sql: Sql, snapshot: Snapshot): AsyncGenerator<Buffer> {
  const columns = [...COLUMNS, ...(await listAnswerColumns(sql, selectSessions(sql, snapshot)))];
  const rows = addAnswers(sql, 'csv', readRows(sql, snapshot));
  // Spreadsheets recognise UTF-8 by this mark.
  yield Buffer.from('\uFEFF');
  for await (const line of csvLines(columns, rows)) yield Buffer.from(`${line}\n`);
}

/** Yields the leads of a snapshot as JSON, one in each line. */
export async function* createJsonLines(sql: Sql, snapshot: Snapshot): AsyncGenerator<Buffer> {
  for await (const page of addAnswers(sql, 'json', readRows(sql, snapshot))) {
    yield Buffer.from(page.map((row) => `${JSON.stringify(row)}\n`).join(''));
  }
}

/** Yields a query of each page when it is its turn, so that only one page of UUIDs is in memory. */
function* selectSessions(sql: Sql, snapshot: Snapshot) {
  for (const uuids of readPagesOf(snapshot, COLUMN_PAGE)) {
    yield sql`
      select session_uuid as uuid, site_key as site from leads
      where session_uuid = any(${uuids}::uuid[])`;
  }
}

/** Larger than a page of rows, because only names of fields are read. */
const COLUMN_PAGE = 10_000;

async function* readRows(sql: Sql, snapshot: Snapshot): AsyncGenerator<(Row & {uuid: string})[]> {
  for (const uuids of readPagesOf(snapshot, PAGE_ROWS)) {
    const agreed = await readAgreed(sql, uuids);
    yield (await readLeads(sql, uuids)).map((lead) => toRow(lead, agreed.get(lead.uuid)));
  }
}

/** Returns when each lead agreed to what it still agrees to, by UUID and column. */
const readAgreed = async (sql: Sql, uuids: string[]): Promise<Map<string, Row>> => {
  const rows = await sql<{uuid: string; agreed: Row}[]>`
    select session_uuid as uuid, jsonb_object_agg(purpose || '_agreed_at',
             to_char(recorded_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')) as agreed
    from (
      select distinct on (session_uuid, purpose) session_uuid, purpose, decision, recorded_at
      from consents where session_uuid = any(${uuids}::uuid[])
      order by session_uuid, purpose, id desc) as latest
    where decision = 'granted' group by session_uuid`;
  return new Map(rows.map(({uuid, agreed}) => [uuid, agreed]));
};

const toRow = (row: LeadRow, agreed: Row = {}): Row & {uuid: string} => {
  const lead: Row = {...toApiLead(row), ai_training: row.training, ...agreed};
  const values = COLUMNS.map((column) => [column, lead[column] ?? null] as const);
  return {uuid: row.uuid, ...Object.fromEntries(values)};
};

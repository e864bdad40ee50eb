import type {PendingQuery, Row as AnyRow} from 'postgres';

import type {Format, Row} from '../command/formats.js';
import type {Queryable, Sql} from '../database/sql.js';
import {toApiAnswers} from './store.js';
import type {StoredAnswer} from './store.js';

const PREFIX = 'answers.';

/**
 * Returns a column for each question that a session of this query has answered. The questions of a
 * site stand together, in the order of its conversation.
 */
export const listAnswerColumns = async (
  sql: Queryable,
  sessions: PendingQuery<AnyRow[]>,
): Promise<string[]> => {
  const rows = await sql<{field: string}[]>`
    select field from (
      select distinct on (field) field, site, position
      from (
        select field, site, min(position) as position
        from session_answers join (${sessions}) as matching on matching.uuid = session_uuid
        group by field, site) as per_site
      order by field, site) as first_site
    order by site, position, field`;
  return rows.map(({field}) => `${PREFIX}${field}`);
};

/** Adds the answers to rows of sessions: as cells for CSV, as a list for JSON. */
export async function* addAnswers(
  sql: Sql,
  format: Format,
  pages: AsyncIterable<(Row & {uuid: string})[]>,
): AsyncGenerator<Row[]> {
  for await (const page of pages) {
    const answers = await readAnswersOf(
      sql,
      page.map(({uuid}) => uuid),
    );
    yield page.map((row) => {
      const own = answers.get(row.uuid) ?? [];
      return format === 'csv' ? {...row, ...toCells(own)} : {...row, answers: toApiAnswers(own)};
    });
  }
}

const readAnswersOf = async (sql: Sql, uuids: string[]) => {
  const rows = await sql<(StoredAnswer & {uuid: string})[]>`
    select session_uuid as uuid, field, question, value, label, kind, position
    from session_answers where session_uuid = any(${uuids}::uuid[])
    order by session_uuid, position, field`;
  const byUuid = new Map<string, StoredAnswer[]>();
  for (const {uuid, ...answer} of rows) {
    byUuid.set(uuid, [...(byUuid.get(uuid) ?? []), answer]);
  }
  return byUuid;
};

const toCells = (answers: StoredAnswer[]): Row =>
  Object.fromEntries(answers.map((answer) => [`${PREFIX}${answer.field}`, toCell(answer)]));

/** Returns an answer as a cell. Numbers and dates keep the form in which spreadsheets calculate. */
export const toCell = ({kind, value, label}: StoredAnswer): string | number => {
  if (typeof value === 'number') return value;
  return kind === 'date' && typeof value === 'string' ? value : label;
};

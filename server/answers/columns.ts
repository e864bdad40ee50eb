import type {PendingQuery, Row as AnyRow} from 'postgres';

import type {Format, Row} from '../command/formats.js';
import type {SiteSettings} from '../contract/sites.js';
import type {Queryable, Sql} from '../database/sql.js';
import {getConversation, mapQuestions} from '../sites/conversation.js';
import {toApiAnswers} from './store.js';
import type {StoredAnswer} from './store.js';

const PREFIX = 'answers.';

/** Field with answers, by site. */
interface AnsweredField {
  field: string;
  site: string;
  /** First position of its answers when they were stored. */
  position: number;
}

/**
 * Returns a column for each question that a session of these queries has answered. The questions of
 * a site are together: those that it asks now in their order, then those that it no longer asks.
 */
export const listAnswerColumns = async (
  sql: Queryable,
  queries: Iterable<PendingQuery<AnyRow[]>>,
): Promise<string[]> => {
  const found: AnsweredField[] = [];
  for (const sessions of queries) found.push(...(await listAnsweredFields(sql, sessions)));
  const questions = await readQuestions(sql, [...new Set(found.map(({site}) => site))]);
  const getAskedPosition = ({field, site}: AnsweredField) =>
    questions.get(site)?.get(field)?.position ?? Infinity;
  found.sort(
    (a, b) =>
      compare(a.site, b.site) ||
      compare(getAskedPosition(a), getAskedPosition(b)) ||
      compare(a.position, b.position) ||
      compare(a.field, b.field),
  );
  return [...new Set(found.map(({field}) => `${PREFIX}${field}`))];
};

const listAnsweredFields = (sql: Queryable, sessions: PendingQuery<AnyRow[]>) =>
  sql<AnsweredField[]>`
    select field, site, min(position) as position
    from session_answers join (${sessions}) as matching on matching.uuid = session_uuid
    group by field, site`;

/** Returns the questions that sites ask now, by the keys of the sites. */
const readQuestions = async (sql: Queryable, sites: string[]) => {
  const rows = await sql<{key: string; settings: SiteSettings}[]>`
    select key, settings from sites where key = any(${sites})`;
  return new Map(rows.map(({key, settings}) => [key, mapQuestions(getConversation(settings))]));
};

const compare = (a: string | number, b: string | number): number => Number(a > b) - Number(a < b);

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

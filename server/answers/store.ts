import type {Answer, QuestionKind} from '../contract/questions.js';
import type {SessionAnswer} from '../contract/session-answers.js';
import type {Queryable} from '../database/sql.js';

/** Answer of a session, with what the visitor read. */
export interface StoredAnswer extends SessionAnswer {
  value: Answer;
  /** Null if the conversation no longer asked the question when the answer arrived. */
  kind: QuestionKind | null;
  /** Place among the answers: that of its step in the conversation. */
  position: number;
}

export const listAnswers = async (sql: Queryable, uuid: string): Promise<StoredAnswer[]> =>
  sql<StoredAnswer[]>`
    select field, question, value, label, kind, position from session_answers
    where session_uuid = ${uuid} order by position, field`;

/** Returns answers as clients receive them. */
export const toApiAnswers = (answers: StoredAnswer[]): SessionAnswer[] =>
  answers.map(({field, question, value, label}) => ({field, question, value, label}));

/** Inserts or replaces answers. Returns the number of those that are new or differ. */
export const saveAnswers = async (
  sql: Queryable,
  uuid: string,
  answers: StoredAnswer[],
): Promise<number> => {
  const rows = await sql`
    insert into session_answers (session_uuid, field, kind, question, value, label, position)
    select ${uuid}::uuid, given.field, given.kind, given.question, given.value, given.label,
           given.position
    from jsonb_to_recordset(${JSON.stringify(answers)}::text::jsonb)
      as given (field text, kind text, question text, value jsonb, label text, position smallint)
    on conflict (session_uuid, field) do update set
      kind = excluded.kind, question = excluded.question, value = excluded.value,
      label = excluded.label, position = excluded.position, answered_at = clock_timestamp()
    where (session_answers.kind, session_answers.question, session_answers.value,
           session_answers.label, session_answers.position)
      is distinct from
          (excluded.kind, excluded.question, excluded.value, excluded.label, excluded.position)
    returning field`;
  return rows.length;
};

/** Replaces the wordings of questions. Their answers are not changed. */
export const saveQuestions = async (
  sql: Queryable,
  uuid: string,
  questions: Pick<StoredAnswer, 'field' | 'question'>[],
): Promise<void> => {
  await sql`
    update session_answers set question = given.question
    from jsonb_to_recordset(${JSON.stringify(questions)}::text::jsonb)
      as given (field text, question text)
    where session_uuid = ${uuid} and session_answers.field = given.field`;
};

export const deleteAnswers = async (sql: Queryable, uuid: string): Promise<void> => {
  await sql`delete from session_answers where session_uuid = ${uuid}`;
};

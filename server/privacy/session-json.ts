import type {Queryable} from '../database/sql.js';
import {readPages} from '../database/read-pages.js';
import {
  readAnswers,
  readAuditRows,
  readConsents,
  readDeliveries,
  readEvents,
  readFiles,
  readMessages,
  readQueuedMails,
  readSession,
  readTurns,
  readVerifications,
  readVisit,
} from './store.js';
import type {ExportedRow, ReadPage} from './store.js';

/** Name of each stored file in the archive, or that its object is missing; by file id. */
export type ArchiveStatus = Map<string, {archived_as: string} | {missing: true}>;

/**
 * Yields all rows that are stored about a session, as pieces of JSON. Long tables are read in
 * pages, so that a slow client occupies neither memory nor a connection.
 */
export async function* createSessionJson(
  sql: Queryable,
  uuid: string,
  archived: ArchiveStatus,
): AsyncGenerator<string> {
  const paged = (page: ReadPage) =>
    readPages<ExportedRow>((last) =>
      page({sql, uuid, after: last && String(last['id'] ?? last['seq'])}),
    );
  yield `{\n"exported_at": ${JSON.stringify(new Date())},\n"uuid": ${JSON.stringify(uuid)}`;
  yield member('visit', await readVisit(sql, uuid));
  yield member('session', await readSession(sql, uuid));
  yield member('answers', await readAnswers(sql, uuid));
  yield* list('consents', paged(readConsents));
  yield* list('files', withArchiveStatus(paged(readFiles), archived));
  yield* list('messages', paged(readMessages));
  yield* list('events', paged(readEvents));
  yield member('verifications', await readVerifications(sql, uuid));
  yield member('queued_mails', await readQueuedMails(sql, uuid));
  yield member('turns', await readTurns(sql, uuid));
  yield member('webhook_deliveries', await readDeliveries(sql, uuid));
  yield* list('audit_logs', paged(readAuditRows));
  yield '\n}\n';
}

const member = (name: string, value: unknown): string =>
  `,\n"${name}": ${JSON.stringify(value, null, 1)}`;

async function* list(name: string, rows: AsyncIterable<ExportedRow[]>): AsyncGenerator<string> {
  let before = `,\n"${name}": [`;
  for await (const page of rows) {
    for (const row of page) {
      yield `${before}\n${JSON.stringify(row)}`;
      before = ',';
    }
  }
  yield before === ',' ? '\n]' : `${before}]`;
}

async function* withArchiveStatus(
  rows: AsyncIterable<ExportedRow[]>,
  archived: ArchiveStatus,
): AsyncGenerator<ExportedRow[]> {
  for await (const page of rows) {
    yield page.map((row) => ({...row, ...archived.get(String(row['id']))}));
  }
}

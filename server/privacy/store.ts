import type {Queryable} from '../database/sql.js';
import {PAGE_ROWS} from '../database/read-pages.js';

/** Row of a table in an export. */
export type ExportedRow = Record<string, unknown>;

/** Returns the visit without the hash of its token. */
export const readVisit = async (sql: Queryable, uuid: string): Promise<ExportedRow | null> => {
  const [row] = await sql<ExportedRow[]>`
    select uuid, site_key, state, started_at, last_seen_at, left_at, furthest_step, has_asked
    from visits where uuid = ${uuid}`;
  return row ?? null;
};

export const readSession = async (sql: Queryable, uuid: string): Promise<ExportedRow | null> => {
  const [row] = await sql<ExportedRow[]>`
    select uuid, site_key, name, email, locale, ip_address, consent_personal_data,
           consent_ai_training, verified, created_at, updated_at, completed_at, archived_at
    from user_sessions where uuid = ${uuid}`;
  return row ?? null;
};

export const readAnswers = (sql: Queryable, uuid: string): Promise<ExportedRow[]> =>
  sql<ExportedRow[]>`
    select field, kind, question, value, label, position, answered_at
    from session_answers where session_uuid = ${uuid} order by position, field`;

interface Page {
  sql: Queryable;
  uuid: string;
  /** Sort key of the last row of the previous page; undefined for the first page. */
  after: string | undefined;
}

export type ReadPage = (page: Page) => Promise<ExportedRow[]>;

export const readConsents: ReadPage = ({sql, uuid, after = '0'}) => sql<ExportedRow[]>`
  select id, purpose, decision, wording, encode(wording_sha256, 'hex') as wording_sha256, locale,
         recorded_at
  from consents where session_uuid = ${uuid} and id > ${after}::bigint order by id
  limit ${PAGE_ROWS}`;

/** Reads the rows of all files, including deleted files whose rows still exist. */
export const readFiles: ReadPage = ({sql, uuid, after = NIL_UUID}) => sql<ExportedRow[]>`
  select id, message_id, file_name, s3_key, content_type, file_size::float8 as file_size,
         encode(sha256, 'hex') as sha256, flags, idempotency_key, state, created_at, uploaded_at,
         download_count, last_downloaded_at, is_deleted, deleted_at
  from file_uploads where session_uuid = ${uuid} and id > ${after}::uuid order by id
  limit ${PAGE_ROWS}`;

export const readMessages: ReadPage = ({sql, uuid, after = '0'}) => sql<ExportedRow[]>`
  select id, client_id, role, body, state, asks_for_email, created_at
  from messages where session_uuid = ${uuid} and id > ${after}::bigint order by id
  limit ${PAGE_ROWS}`;

export const readEvents: ReadPage = ({sql, uuid, after = '0'}) => sql<ExportedRow[]>`
  select seq, type, data, at from events where session_uuid = ${uuid} and seq > ${after}::bigint
  order by seq limit ${PAGE_ROWS}`;

/** Omits ids and key ids, because links are derived from them. */
export const readVerifications = (sql: Queryable, uuid: string): Promise<ExportedRow[]> =>
  sql<ExportedRow[]>`
    select address, created_at, expires_at, delayed_at, used_at, voided_at
    from email_verifications where session_uuid = ${uuid} order by created_at`;

export const readQueuedMails = (sql: Queryable, uuid: string): Promise<ExportedRow[]> =>
  sql<ExportedRow[]>`
    select payload ->> 'template' as template, state, attempts, created_at, run_at
    from jobs where session_uuid = ${uuid} order by created_at`;

/** Returns the turns, in which responders replied to messages, and their outcomes. */
export const readTurns = (sql: Queryable, uuid: string): Promise<ExportedRow[]> =>
  sql<ExportedRow[]>`
    select message_id, state, outcome, created_at
    from turns where session_uuid = ${uuid} order by message_id`;

/** Returns the events that were sent to the site owner's webhooks. */
export const readDeliveries = (sql: Queryable, uuid: string): Promise<ExportedRow[]> =>
  sql<ExportedRow[]>`
    select event, details, state, created_at, tried_at
    from webhook_deliveries where session_uuid = ${uuid} order by created_at, id`;

/** Omits which account has acted: visitors learn when their data was opened, not by whom. */
export const readAuditRows: ReadPage = ({sql, uuid, after = '0'}) => sql<ExportedRow[]>`
  select id, timestamp, event_type, site_key, ip_address, metadata - 'account' as metadata
  from audit_logs where user_uuid = ${uuid} and id > ${after}::bigint order by id
  limit ${PAGE_ROWS}`;

const NIL_UUID = '00000000-0000-0000-0000-000000000000';

import type {StoredFile} from '../contract/files.js';
import type {Queryable} from '../database/sql.js';

export const UPLOAD_LEASE_SECONDS = 60;
const UPLOAD_LEASE = `${UPLOAD_LEASE_SECONDS} seconds`;

export interface FileRow {
  id: string;
  uuid: string;
  key: string;
  name: string;
  state: 'uploading' | 'stored' | 'deleting';
  size: number | null;
  sha256: Uint8Array | null;
  uploadedAt: Date | null;
}

export interface NewUpload {
  id: string;
  uuid: string;
  name: string;
  idempotencyKey: string | undefined;
  maxFiles: number;
}

const selectColumns = (sql: Queryable) => sql`
  id, session_uuid as uuid, s3_key as key, file_name as name, state, file_size::int as size, sha256,
  uploaded_at as "uploadedAt"`;

export const createObjectKey = (uuid: string, id: string): string => `uploads/${uuid}/${id}.pdf`;

/**
 * Reserves the lowest free slot of the session for a new upload; returns undefined if none is free.
 * The caller must have locked the visit: otherwise parallel uploads choose the same slot, and the
 * unique index refuses all but one.
 */
export const reserveSlot = async (
  sql: Queryable,
  {id, uuid, name, idempotencyKey, maxFiles}: NewUpload,
): Promise<FileRow | undefined> => {
  const [row] = await sql<FileRow[]>`
    insert into file_uploads
      (id, session_uuid, file_name, s3_key, slot, idempotency_key, leased_until)
    select ${id}, ${uuid}, ${name}, ${createObjectKey(uuid, id)}, free.slot, ${idempotencyKey ?? null},
           clock_timestamp() + ${UPLOAD_LEASE}::interval
    from generate_series(1, ${maxFiles}::int) as free (slot)
    where not exists (
      select from file_uploads
      where session_uuid = ${uuid} and slot = free.slot and state in ('uploading', 'stored'))
    order by free.slot limit 1
    returning ${selectColumns(sql)}`;
  return row;
};

/** Renews the lease and the visit. Returns false if the reaper or an erasure ended the upload. */
export const renewLease = async (sql: Queryable, {id, uuid}: FileRow): Promise<boolean> => {
  const rows = await sql`
    update file_uploads set leased_until = clock_timestamp() + ${UPLOAD_LEASE}::interval
    where id = ${id} and state = 'uploading' returning id`;
  // A separate statement: all other transactions lock the visit first and its files afterwards.
  await sql`
    update visits set last_seen_at = clock_timestamp() where uuid = ${uuid} and state = 'open'`;
  return rows.length > 0;
};

export interface ReceivedFile {
  size: number;
  sha256: Buffer;
  flags: string[];
}

/** Returns undefined if the row is no longer an upload in progress. */
export const markStored = async (
  sql: Queryable,
  id: string,
  {size, sha256, flags}: ReceivedFile,
): Promise<FileRow | undefined> => {
  const [row] = await sql<FileRow[]>`
    update file_uploads set state = 'stored', file_size = ${size}, sha256 = ${sha256},
      flags = ${flags}, uploaded_at = clock_timestamp(), leased_until = null
    where id = ${id} and state = 'uploading' returning ${selectColumns(sql)}`;
  return row;
};

/**
 * Deletes the row of an upload whose object cannot exist, because its last bytes were never sent.
 * Returns whether the row existed.
 */
export const deleteUpload = async (sql: Queryable, id: string): Promise<boolean> => {
  const rows = await sql`
    delete from file_uploads where id = ${id} and state = 'uploading' returning id`;
  return rows.length > 0;
};

/** Marks an upload whose object may exist, so that the reaper deletes the object. */
export const markUploadForDeletion = async (
  sql: Queryable,
  id: string,
): Promise<'marked' | 'stored' | 'gone'> => {
  // Also restarts the removals of a row that is already marked: a removal before the object was
  // stored has not deleted it.
  const marked = await sql`
    update file_uploads set state = 'deleting', slot = null, leased_until = null, removals = 0
    where id = ${id} and uploaded_at is null returning id`;
  if (marked.length > 0) return 'marked';
  const rows = await sql`select from file_uploads where id = ${id}`;
  return rows.length > 0 ? 'stored' : 'gone';
};

/** Releases the slot of an upload whose server has died. Returns whether the lease had expired. */
export const releaseExpiredSlot = async (sql: Queryable, id: string): Promise<boolean> => {
  const rows = await sql`
    update file_uploads set state = 'deleting', slot = null, leased_until = null
    where id = ${id} and state = 'uploading' and leased_until < clock_timestamp() returning id`;
  return rows.length > 0;
};

export const findByIdempotencyKey = async (
  sql: Queryable,
  uuid: string,
  key: string,
): Promise<FileRow | undefined> => {
  const [row] = await sql<FileRow[]>`
    select ${selectColumns(sql)} from file_uploads
    where session_uuid = ${uuid} and idempotency_key = ${key} and state in ('uploading', 'stored')`;
  return row;
};

export const listStoredFiles = async (sql: Queryable, uuid: string): Promise<FileRow[]> =>
  sql<FileRow[]>`
    select ${selectColumns(sql)} from file_uploads
    where session_uuid = ${uuid} and state = 'stored' order by created_at, id`;

/** Returns the idempotency keys of uploads with a valid lease; a retry with them must wait. */
export const listKeysInUse = async (sql: Queryable, uuid: string): Promise<string[]> => {
  const rows = await sql<{key: string}[]>`
    select idempotency_key as key from file_uploads
    where session_uuid = ${uuid} and state = 'uploading' and idempotency_key is not null
      and leased_until >= clock_timestamp()
    order by created_at, id`;
  return rows.map(({key}) => key);
};

/** Returns the stored files of several messages in the order of their creation. */
export const findFilesOfMessages = async (
  sql: Queryable,
  messageIds: number[],
): Promise<(FileRow & {messageId: number})[]> => {
  if (messageIds.length === 0) return [];
  return sql<(FileRow & {messageId: number})[]>`
    select ${selectColumns(sql)}, message_id::float8 as "messageId" from file_uploads
    where message_id = any(${messageIds.map(String)}::bigint[]) and state = 'stored'
    order by created_at, id`;
};

/** Attaches stored files to a message if no message has them yet. Returns their IDs. */
export const attachFiles = async (
  sql: Queryable,
  uuid: string,
  {messageId, fileIds}: {messageId: number; fileIds: string[]},
): Promise<string[]> => {
  const rows = await sql<{id: string}[]>`
    update file_uploads set message_id = ${String(messageId)}::bigint
    where id = any(${fileIds}::uuid[]) and session_uuid = ${uuid} and state = 'stored'
      and message_id is null
    returning id`;
  return rows.map(({id}) => id);
};

export const findStoredFile = async (
  sql: Queryable,
  uuid: string,
  id: string,
): Promise<FileRow | undefined> => {
  const [row] = await sql<FileRow[]>`
    select ${selectColumns(sql)} from file_uploads
    where id = ${id} and session_uuid = ${uuid} and state = 'stored'`;
  return row;
};

export const countDownload = async (sql: Queryable, id: string): Promise<void> => {
  await sql`
    update file_uploads set download_count = download_count + 1, last_downloaded_at = now()
    where id = ${id}`;
};

export type Deletion = 'deleted' | 'already_deleted' | 'unknown';

/** Marks a file as deleted by its visitor. Its object is deleted now or by the next cleanup. */
export const softDelete = async (sql: Queryable, uuid: string, id: string): Promise<Deletion> => {
  const marked = await sql`
    update file_uploads set is_deleted = true, deleted_at = now(), state = 'deleting', slot = null
    where id = ${id} and session_uuid = ${uuid} and state = 'stored' returning id`;
  if (marked.length > 0) return 'deleted';
  const earlier = await sql`
    select from file_uploads where id = ${id} and session_uuid = ${uuid} and is_deleted`;
  return earlier.length > 0 ? 'already_deleted' : 'unknown';
};

export const toApiFile = (row: FileRow): StoredFile => {
  if (row.size === null || !row.sha256 || !row.uploadedAt) {
    throw new Error(`File ${row.id} is not stored yet. Expected a row in state "stored".`);
  }
  return {
    id: row.id,
    name: row.name,
    size: row.size,
    content_type: 'application/pdf',
    sha256: Buffer.from(row.sha256).toString('hex'),
    uploaded_at: row.uploadedAt.toISOString(),
    url: `/api/files/download/${row.id}`,
  };
};

import {deleteAnswers} from '../answers/store.js';
import {toActorMetadata} from '../audit/actor.js';
import type {Actor} from '../audit/actor.js';
import {recordAudit} from '../audit/store.js';
import type {Queryable, Transaction} from '../database/sql.js';
import {deleteEvents, recordEvents} from '../events/store.js';
import {notifyAfterCommit} from '../events/notify.js';
import {listStoredFiles} from '../files/store.js';
import {enqueueWebhooks} from '../webhooks/store.js';
import {clearProgress, deleteSession, setVisitState} from '../visits/store.js';
import type {Visit} from '../visits/store.js';

/** Cause for which an unfinished visit ended. */
export type EndCause = 'idle' | 'too_old' | 'left' | 'discarded';

interface EndedVisit {
  uuid: string;
  siteKey: string;
  ipAddress: string | null;
}

/**
 * Ends an unfinished visit that the caller has locked. Later requests with its token get status
 * 410. The reaper deletes its data; only a tombstone remains.
 */
export const endVisit = async (
  sql: Transaction,
  {uuid, siteKey, ipAddress}: EndedVisit,
  cause: EndCause,
  by?: Actor,
): Promise<void> => {
  await setVisitState(sql, uuid, 'purging');
  await markFilesForDeletion(sql, uuid);
  notifyAfterCommit(sql, uuid);
  if (cause !== 'discarded') await enqueueWebhooks(sql, {event: 'visit.abandoned', uuid, siteKey});
  const event = cause === 'discarded' ? 'session_reset' : 'visit_abandoned';
  await recordAudit(sql, {
    event,
    uuid,
    site: siteKey,
    ipAddress,
    metadata: {cause, ...(by && toActorMetadata(by))},
  });
};

/**
 * Erases a session that the caller has locked. This transaction deletes its rows, answers, links,
 * queued mail, messages and events; the reaper deletes its objects later. The remaining rows identify no
 * person.
 */
export const eraseSession = async (
  sql: Transaction,
  {uuid, siteKey}: Omit<EndedVisit, 'ipAddress'>,
  by: Actor,
): Promise<void> => {
  await markFilesForDeletion(sql, uuid);
  await redactFileNames(sql, uuid);
  await sql`delete from jobs where session_uuid = ${uuid}`;
  await sql`delete from email_verifications where session_uuid = ${uuid}`;
  await deleteMessages(sql, uuid);
  await deleteAnswers(sql, uuid);
  await deleteSession(sql, uuid);
  await setVisitState(sql, uuid, 'erased');
  await clearProgress(sql, uuid);
  await redactIpAddresses(sql, uuid);
  await recordAudit(sql, {
    event: 'session_erased',
    uuid,
    site: siteKey,
    metadata: toActorMetadata(by),
  });
  await enqueueWebhooks(sql, {event: 'session.erased', uuid, siteKey});
  notifyAfterCommit(sql, uuid);
};

/**
 * Deletes the data that must not be stored without consent: files and messages of an unfinished
 * visit, or a session as a whole.
 */
export const revokeStorageConsent = async (
  sql: Transaction,
  {uuid, site}: {uuid: string; site: {key: string}},
  visit: Pick<Visit, 'state'>,
): Promise<void> => {
  if (visit.state === 'session') {
    await eraseSession(sql, {uuid, siteKey: site.key}, 'visitor');
    return;
  }
  const stored = await listStoredFiles(sql, uuid);
  await markFilesForDeletion(sql, uuid);
  await redactFileNames(sql, uuid);
  await deleteMessages(sql, uuid);
  const deleted = stored.map(({id}) => ({type: 'file_deleted', data: {file_id: id}}) as const);
  await recordEvents(sql, uuid, ...deleted, {type: 'session_state', data: {state: 'visit'}});
};

/** Deletes the messages, and the events that repeat their texts. */
const deleteMessages = async (sql: Queryable, uuid: string): Promise<void> => {
  await sql`delete from messages where session_uuid = ${uuid}`;
  await deleteEvents(sql, uuid);
};

/**
 * The rows remain until their objects are deleted. Until then they contain no file name, and do not
 * show which files the visitor deleted.
 */
const redactFileNames = async (sql: Queryable, uuid: string): Promise<void> => {
  await sql`
    update file_uploads set file_name = 'erased.pdf', idempotency_key = null, message_id = null,
                            is_deleted = false, deleted_at = null
    where session_uuid = ${uuid}`;
};

/** Marks all files of a session for deletion and releases their slots. */
export const markFilesForDeletion = async (sql: Queryable, uuid: string): Promise<number> => {
  const rows = await sql`
    update file_uploads set state = 'deleting', slot = null, leased_until = null
    where session_uuid = ${uuid} and state in ('uploading', 'stored') returning id`;
  return rows.length;
};

/** Redacts the IP addresses of a session: the only change that the audit log permits. */
export const redactIpAddresses = async (sql: Queryable, uuid: string): Promise<void> => {
  await sql`
    update audit_logs set ip_address = null where user_uuid = ${uuid} and ip_address is not null`;
};

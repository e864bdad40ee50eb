import {recordAudit} from '../audit/store.js';
import type {Queryable} from '../database/sql.js';
import {deleteEvents, recordEvents} from '../events/store.js';
import {notifyAfterCommit} from '../events/transaction.js';
import {storedFiles} from '../files/store.js';
import {enqueueWebhooks} from '../webhooks/store.js';
import {deleteSession, setFurthestStep, setVisitState} from '../visits/store.js';
import type {Visit} from '../visits/store.js';

/** Why an unfinished visit ended. */
export type EndCause = 'idle' | 'too_old' | 'left' | 'discarded';

/** Whose act an erasure was; `retention`: its time had come. */
export type Eraser = 'visitor' | 'operator' | 'retention';

interface Ending {
  uuid: string;
  siteKey: string;
  address: string | null;
}

/**
 * Ends an unfinished visit that the caller holds locked. From here on its token gets 410; the
 * reaper removes what it left, and then its tombstone stays.
 */
export const endVisit = async (
  sql: Queryable,
  {uuid, siteKey, address}: Ending,
  cause: EndCause,
  by?: Eraser,
): Promise<void> => {
  await setVisitState(sql, uuid, 'purging');
  await markFilesForDeletion(sql, uuid);
  notifyAfterCommit(sql, uuid);
  if (cause !== 'discarded') await enqueueWebhooks(sql, {event: 'visit.abandoned', uuid, siteKey});
  const event = cause === 'discarded' ? 'session_reset' : 'visit_abandoned';
  await recordAudit(sql, {event, uuid, site: siteKey, address, metadata: {cause, ...(by && {by})}});
};

/**
 * Erases a session that the caller holds locked: its row, links, queued mail, messages and events go
 * with this transaction, its objects as soon as the reaper has run. What stays names nobody.
 */
export const eraseSession = async (
  sql: Queryable,
  {uuid, siteKey}: Omit<Ending, 'address'>,
  by: Eraser,
): Promise<void> => {
  await markFilesForDeletion(sql, uuid);
  await redactFileNames(sql, uuid);
  await sql`delete from jobs where session_uuid = ${uuid}`;
  await sql`delete from email_verifications where session_uuid = ${uuid}`;
  await deleteMessages(sql, uuid);
  await deleteSession(sql, uuid);
  await setVisitState(sql, uuid, 'erased');
  await setFurthestStep(sql, uuid, null);
  await redactIpAddresses(sql, uuid);
  await recordAudit(sql, {event: 'session_erased', uuid, site: siteKey, metadata: {by}});
  await enqueueWebhooks(sql, {event: 'session.erased', uuid, siteKey});
  notifyAfterCommit(sql, uuid);
};

/**
 * Without consent to storing nothing may stay: an unfinished visit loses its files and messages, a
 * session all.
 */
export const revokeStorageConsent = async (
  sql: Queryable,
  {uuid, site}: {uuid: string; site: {key: string}},
  visit: Pick<Visit, 'state'>,
): Promise<void> => {
  if (visit.state === 'session') {
    await eraseSession(sql, {uuid, siteKey: site.key}, 'visitor');
    return;
  }
  const stored = await storedFiles(sql, uuid);
  await markFilesForDeletion(sql, uuid);
  await redactFileNames(sql, uuid);
  await deleteMessages(sql, uuid);
  const deleted = stored.map(({id}) => ({type: 'file_deleted', data: {file_id: id}}) as const);
  await recordEvents(sql, uuid, ...deleted, {type: 'session_state', data: {state: 'visit'}});
};

/** With what readers were told, which repeats it. */
const deleteMessages = async (sql: Queryable, uuid: string): Promise<void> => {
  await sql`delete from messages where session_uuid = ${uuid}`;
  await deleteEvents(sql, uuid);
};

/**
 * The rows outlive this moment until their objects are gone; the names in them must not, nor that
 * the visitor had deleted some: none of them stays.
 */
const redactFileNames = async (sql: Queryable, uuid: string): Promise<void> => {
  await sql`
    update file_uploads set file_name = 'erased.pdf', idempotency_key = null, message_id = null,
                            is_deleted = false, deleted_at = null
    where session_uuid = ${uuid}`;
};

/** Marks all files of a session for removal and frees their places. */
export const markFilesForDeletion = async (sql: Queryable, uuid: string): Promise<number> => {
  const rows = await sql`
    update file_uploads set state = 'deleting', slot = null, leased_until = null
    where session_uuid = ${uuid} and state in ('uploading', 'stored') returning id`;
  return rows.length;
};

/** The one change that the audit trail allows. */
export const redactIpAddresses = async (sql: Queryable, uuid: string): Promise<void> => {
  await sql`
    update audit_logs set ip_address = null where user_uuid = ${uuid} and ip_address is not null`;
};

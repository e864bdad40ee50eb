import {setTimeout as sleep} from 'node:timers/promises';

import type {FastifyBaseLogger} from 'fastify';

import {recordAudit} from '../audit/store.js';
import {isDatabaseDown} from '../database/errors.js';
import type {Sql} from '../database/sql.js';
import {transaction} from '../database/transaction.js';
import type {ObjectStore} from '../object-store/object-store.js';
import type {Caller} from '../visits/access.js';
import {getFailureCode} from './failure-code.js';
import {UPLOAD_LEASE_SECONDS, deleteUpload, markUploadForDeletion} from './store.js';
import type {FileRow} from './store.js';

export interface UndoDeps {
  sql: Sql;
  objects: ObjectStore;
  log: FastifyBaseLogger;
  /** Notifies the reaper that an object may have to be deleted. */
  onMarkedForDeletion: () => void;
}

interface FailedUpload {
  row: FileRow;
  /** True if all bytes were passed on, so that an object may exist. */
  isCommitted: boolean;
  reason: unknown;
}

const UNDO_PAUSE_MS = 500;
/**
 * Number of checks once the database is back. A commit that was already sent takes effect within
 * seconds or never.
 */
const UNCONFIRMED_CHECKS = 10;

/** Removes the row now or once the database is back. After the lease, the reaper removes it. */
export const undoUpload = async (
  deps: UndoDeps,
  caller: Caller,
  {row, isCommitted, reason}: FailedUpload,
): Promise<void> => {
  const until = performance.now() + UPLOAD_LEASE_SECONDS * 1000;
  for (;;) {
    try {
      await removeRow(deps, caller, {row, isCommitted, reason});
      break;
    } catch (error) {
      deps.log.warn({err: error, file: row.id}, 'failed to undo an upload');
      if (!isDatabaseDown(error) || performance.now() > until) break;
    }
    // Does not keep the process running: after the row's lease, the reaper removes it.
    await sleep(UNDO_PAUSE_MS, undefined, {ref: false});
  }
  if (isCommitted) deps.onMarkedForDeletion();
};

/**
 * Deletes a row whose insertion was not confirmed, because the connection was lost. If the row
 * exists, a retry with the same key would wait for an upload that is not running.
 */
export const rollBackUnconfirmed = async (
  {sql, log}: UndoDeps,
  {uuid}: Caller,
  id: string,
): Promise<void> => {
  const until = performance.now() + UPLOAD_LEASE_SECONDS * 1000;
  for (let checks = 0; checks < UNCONFIRMED_CHECKS && performance.now() < until;) {
    await sleep(UNDO_PAUSE_MS, undefined, {ref: false});
    try {
      if (await deleteUpload(sql, id)) return;
      checks++;
    } catch (error) {
      if (isDatabaseDown(error)) continue;
      log.warn({err: error, file: id, uuid}, 'failed to undo an unconfirmed upload');
      return;
    }
  }
};

/** Deletes the row. If an object may exist, the reaper deletes first the object, then the row. */
const removeRow = async (
  {sql, objects}: UndoDeps,
  caller: Caller,
  {row, isCommitted, reason}: FailedUpload,
): Promise<void> => {
  const outcome = await transaction(sql, async (tx) => {
    const marked = isCommitted && (await markUploadForDeletion(tx, row.id));
    if (!isCommitted) await deleteUpload(tx, row.id);
    await recordAudit(tx, {
      event: 'file_upload_error',
      uuid: caller.uuid,
      site: caller.site.key,
      ipAddress: caller.ipAddress,
      metadata: {file_id: row.id, code: getFailureCode(reason)},
    });
    return marked;
  });
  // The visit became a tombstone during the put, so no row leads to the object.
  if (outcome === 'gone') await objects.delete([row.key]);
};

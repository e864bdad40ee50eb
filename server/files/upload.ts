import {setTimeout as sleep} from 'node:timers/promises';

import type {FastifyBaseLogger, FastifyRequest} from 'fastify';
import {v4 as newUuid} from 'uuid';

import {recordAudit} from '../audit/store.js';
import type {StoredFile} from '../contract/files.js';
import type {Config} from '../config/config.js';
import type {Queryable, Sql} from '../database/sql.js';
import {isDatabaseDown, sqlState} from '../database/errors.js';
import {recordEvents} from '../events/store.js';
import type {MariaError} from '../errors.js';
import {
  ConsentRequired,
  EmptyFile,
  IdempotencyKeyReused,
  InProgress,
  NotAPdf,
  TooManyFiles,
  Unavailable,
} from '../errors.js';
import {ClientAborted} from '../http/client-aborted.js';
import {withTimeout} from '../http/request-timeout.js';
import type {ObjectStore} from '../object-store/object-store.js';
import type {Access, Caller} from '../visits/access.js';
import {countFunnel, hasConsent} from '../visits/store.js';
import type {FileLimits} from '../sites/limits.js';
import {ValidatingStream} from './validating-stream.js';
import type {Checks} from './validating-stream.js';
import {getFailureCode} from './failure-code.js';
import {fileStream} from './multipart-upload.js';
import type {MultipartUpload} from './multipart-upload.js';
import {SlowClientGuard} from '../http/slow-client-guard.js';
import {withThroughputGuard, awaitFirstChunk} from './throughput-guard.js';
import type {Spool} from './spool.js';
import {
  LEASE_SECONDS,
  markUploadForDeletion,
  findByIdempotencyKey,
  deleteUpload,
  markStored,
  releaseExpiredSlot,
  renewLease,
  reserveSlot,
  toApiFile,
} from './store.js';
import type {FileRow} from './store.js';
import {VirusScan} from './virus-scan.js';

export interface UploadDeps {
  config: Config;
  sql: Sql;
  access: Access;
  objects: ObjectStore;
  spool: Spool;
  log: FastifyBaseLogger;
  /** Notifies the reaper that an object may have to be deleted. */
  onMarkedForDeletion: () => void;
}

export interface Upload {
  request: FastifyRequest;
  caller: Caller;
  limits: FileLimits;
  incoming: MultipartUpload;
  idempotencyKey: string | undefined;
  /** Called once the row exists. From then on, a failure is audited when the row is removed. */
  onReserved: () => void;
}

const DUPLICATE_WAIT_MS = 10_000;
const DUPLICATE_POLL_INTERVAL_MS = 200;
const UNDO_WAIT_MS = 1_000;
const UNDO_PAUSE_MS = 500;
/**
 * Number of checks once the database is back. A commit that was already sent takes effect within
 * seconds or never.
 */
const UNCONFIRMED_CHECKS = 10;
const UNIQUE_VIOLATION = '23505';

/** Upload of one file, in this order: insert the row, store the object, mark it stored, respond. */
export class Uploads {
  constructor(private readonly deps: UploadDeps) {}

  async receive(upload: Upload): Promise<{file: StoredFile; repeated: boolean}> {
    const reserved = await this.reserve(upload);
    if ('existing' in reserved) return this.repeat(upload, reserved.existing);
    upload.onReserved();
    const {row} = reserved;
    const abort = new AbortController();
    const pace = new SlowClientGuard((reason) => {
      abort.abort(reason);
    });
    const stopWatching = watchClient(upload, abort);
    let scan: VirusScan | undefined;
    let checked: ValidatingStream | undefined;
    let stopRenewing: (() => void) | undefined;
    try {
      scan = this.deps.config.scanner && (await VirusScan.begin(this.deps.config.scanner));
      checked = this.createStream(upload, pace, {
        refuseActiveContent: upload.caller.site.settings.refuse_active_content ?? false,
        scan,
        signal: abort.signal,
      });
      stopRenewing = this.keepLease(row, checked, abort);
      await this.store(row, upload.incoming, checked, abort.signal);
      const stored = await withTimeout(this.finish(upload, row, checked));
      return {file: toApiFile(stored), repeated: false};
    } catch (error) {
      const reason: unknown = abort.signal.aborted ? abort.signal.reason : error;
      const undone = this.undo(upload, row, checked?.isCommitted ?? false, reason);
      // The response does not wait for a database that is down.
      const databaseIsDown = reason instanceof Unavailable || isDatabaseDown(reason);
      if (!databaseIsDown) await Promise.race([undone, sleep(UNDO_WAIT_MS)]);
      throw reason;
    } finally {
      scan?.stop();
      stopRenewing?.();
      stopWatching();
      pace.stop();
    }
  }

  /** Reserves a slot in the session, or returns the file stored under this idempotency key. */
  private async reserve(upload: Upload): Promise<{row: FileRow} | {existing: FileRow}> {
    const {request, caller, idempotencyKey} = upload;
    const until = performance.now() + DUPLICATE_WAIT_MS;
    for (;;) {
      const existing = idempotencyKey
        ? await withTimeout(findByIdempotencyKey(this.deps.sql, caller.uuid, idempotencyKey))
        : undefined;
      if (existing?.state === 'stored') return {existing};
      if (!existing) {
        const id = newUuid();
        const reserving = this.deps.access
          .change(request, caller, (tx) => this.reserveIn(tx, upload, id))
          .catch((error: unknown) => {
            if (isDatabaseDown(error)) void this.rollBackUnconfirmed(upload, id);
            // A concurrent request with this key was faster: check again.
            if (idempotencyKey && sqlState(error) === UNIQUE_VIOLATION) return undefined;
            throw error;
          });
        const row = await withTimeout(reserving, (late) => {
          if (late) void this.undo(upload, late, false, new Unavailable());
        });
        if (row) return {row};
      } else if (!(await withTimeout(releaseExpiredSlot(this.deps.sql, existing.id)))) {
        if (performance.now() > until) throw new InProgress(undefined, {retryAfter: 5});
        await sleep(DUPLICATE_POLL_INTERVAL_MS);
      }
    }
  }

  private async reserveIn(
    tx: Queryable,
    {caller, limits, incoming, idempotencyKey}: Upload,
    id: string,
  ) {
    if (!(await hasConsent(tx, caller.uuid, 'personal_data'))) throw new ConsentRequired();
    const row = await reserveSlot(tx, {
      id,
      uuid: caller.uuid,
      name: incoming.name,
      idempotencyKey,
      maxFiles: limits.maxFiles,
    });
    if (row) return row;
    throw new TooManyFiles(
      `The session has no free slot. Expected at most ${limits.maxFiles} files in a session. Delete a file first.`,
    );
  }

  /** Handles a retry after a successful upload: the same bytes get the same response. */
  private async repeat(upload: Upload, existing: FileRow) {
    const abort = new AbortController();
    const pace = new SlowClientGuard((reason) => {
      abort.abort(reason);
      upload.incoming.bytes.destroy(reason);
    });
    const checked = this.createStream(upload, pace, {
      // The stored file was accepted under the rules of its time.
      refuseActiveContent: false,
      scan: undefined,
      signal: abort.signal,
    });
    try {
      for await (const chunk of checked) void chunk;
    } catch (error) {
      // The bytes are not a PDF, so they are not the stored file.
      if (error instanceof NotAPdf || error instanceof EmptyFile) throw new IdempotencyKeyReused();
      throw error;
    } finally {
      pace.stop();
    }
    if (!existing.sha256 || !checked.result.sha256.equals(existing.sha256))
      throw new IdempotencyKeyReused();
    return {file: toApiFile(existing), repeated: true};
  }

  private createStream(
    {incoming, limits}: Upload,
    pace: SlowClientGuard,
    {signal, ...checks}: Pick<Checks, 'refuseActiveContent' | 'scan'> & {signal: AbortSignal},
  ) {
    return new ValidatingStream(withThroughputGuard(fileStream(incoming, signal), pace), {
      maxBytes: limits.maxFileBytes,
      declaredBytes: incoming.declaredBytes,
      ...checks,
    });
  }

  private async store(
    {key}: FileRow,
    {declaredBytes}: MultipartUpload,
    checked: ValidatingStream,
    signal: AbortSignal,
  ): Promise<void> {
    const {objects, spool} = this.deps;
    if (declaredBytes !== undefined) {
      await objects.put(key, await awaitFirstChunk(checked), declaredBytes, signal);
      return;
    }
    await spool.buffer(checked, async (bytes) => {
      await objects.put(key, bytes, checked.result.size, signal);
    });
  }

  private async finish({request, caller}: Upload, row: FileRow, {result}: ValidatingStream) {
    return this.deps.access.change(request, caller, async (tx) => {
      const stored = await markStored(tx, row.id, result);
      if (!stored) throw await this.leaseLossError(tx, caller);
      await recordAudit(tx, {
        event: 'file_upload',
        uuid: caller.uuid,
        site: caller.site.key,
        address: caller.address,
        metadata: {file_id: row.id, size: result.size, flags: result.flags},
      });
      const data = {file: toApiFile(stored)};
      await recordEvents(tx, caller.uuid, {type: 'file_upload_complete', data});
      await countFunnel(tx, caller.site.key, 'uploaded');
      return stored;
    });
  }

  /** Returns the reason for a lost lease: consent was withdrawn, or the lease expired. */
  private async leaseLossError(tx: Queryable, {uuid}: Caller): Promise<MariaError> {
    return (await hasConsent(tx, uuid, 'personal_data'))
      ? new Unavailable()
      : new ConsentRequired();
  }

  /** Removes the row now or once the database is back. After the lease, the reaper removes it. */
  private async undo(upload: Upload, row: FileRow, isCommitted: boolean, reason: unknown) {
    const until = performance.now() + LEASE_SECONDS * 1000;
    for (;;) {
      try {
        await this.removeRow(upload, row, isCommitted, reason);
        break;
      } catch (error) {
        this.deps.log.warn({err: error, file: row.id}, 'failed to undo an upload');
        if (!isDatabaseDown(error) || performance.now() > until) break;
      }
      // Does not keep the process running: after the row's lease, the reaper removes it.
      await sleep(UNDO_PAUSE_MS, undefined, {ref: false});
    }
    if (isCommitted) this.deps.onMarkedForDeletion();
  }

  /**
   * Deletes a row whose insertion was not confirmed, because the connection was lost. If the row
   * exists, a retry with the same key would wait for an upload that is not running.
   */
  private async rollBackUnconfirmed({caller: {uuid}}: Upload, id: string): Promise<void> {
    const until = performance.now() + LEASE_SECONDS * 1000;
    for (let checks = 0; checks < UNCONFIRMED_CHECKS && performance.now() < until;) {
      await sleep(UNDO_PAUSE_MS, undefined, {ref: false});
      try {
        if (await deleteUpload(this.deps.sql, id)) return;
        checks++;
      } catch (error) {
        if (isDatabaseDown(error)) continue;
        this.deps.log.warn({err: error, file: id, uuid}, 'failed to undo an unconfirmed upload');
        return;
      }
    }
  }

  /** Deletes the row. If an object may exist, the reaper deletes first the object, then the row. */
  private async removeRow({caller}: Upload, row: FileRow, isCommitted: boolean, reason: unknown) {
    const outcome = await this.deps.sql.begin(async (tx) => {
      const marked = isCommitted && (await markUploadForDeletion(tx, row.id));
      if (!isCommitted) await deleteUpload(tx, row.id);
      await recordAudit(tx, {
        event: 'file_upload_error',
        uuid: caller.uuid,
        site: caller.site.key,
        address: caller.address,
        metadata: {file_id: row.id, code: getFailureCode(reason)},
      });
      return marked;
    });
    // The visit became a tombstone during the put, so no row leads to the object.
    if (outcome === 'gone') await this.deps.objects.delete([row.key]);
  }

  private keepLease(row: FileRow, checked: ValidatingStream, abort: AbortController): () => void {
    let seenBytes = 0;
    const renew = async () => {
      if (checked.seenBytes === seenBytes && !checked.isCommitted) return;
      seenBytes = checked.seenBytes;
      // The lease is lost. The retry of the client gets the exact reason.
      if (!(await renewLease(this.deps.sql, row))) abort.abort(new Unavailable());
    };
    const timer = setInterval(
      () => {
        renew().catch((error: unknown) => {
          this.deps.log.warn({err: error, file: row.id}, 'failed to renew the lease of an upload');
        });
      },
      (LEASE_SECONDS * 1000) / 3,
    );
    return () => {
      clearInterval(timer);
    };
  }
}

/** Aborts the stream, the put and the scan when the client disconnects. Returns a stop function. */
const watchClient = ({request, incoming}: Upload, abort: AbortController): (() => void) => {
  const onClose = () => {
    if (!request.raw.complete) abort.abort(new ClientAborted());
  };
  const onAbort = () => {
    incoming.bytes.destroy(abort.signal.reason as Error);
  };
  request.raw.once('close', onClose);
  abort.signal.addEventListener('abort', onAbort);
  if (request.raw.destroyed) onClose();
  return () => {
    request.raw.off('close', onClose);
    abort.signal.removeEventListener('abort', onAbort);
  };
};

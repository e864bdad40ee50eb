import {setTimeout as sleep} from 'node:timers/promises';

import type {FastifyBaseLogger, FastifyRequest} from 'fastify';
import {v4 as newUuid} from 'uuid';

import {recordAudit} from '../audit/store.js';
import type {StoredFile} from '../contract/files.js';
import type {Config} from '../config/config.js';
import type {Queryable, Sql} from '../database/sql.js';
import {isDatabaseDown, sqlState} from '../database/failure.js';
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
import {ClientAborted} from '../http/broken-off.js';
import {withinTime} from '../http/deadline.js';
import type {ObjectStore} from '../object-store/object-store.js';
import type {Access, Caller} from '../visits/access.js';
import {countFunnel, hasConsent} from '../visits/store.js';
import type {FileLimits} from '../sites/limits.js';
import {ValidatingStream} from './checked-bytes.js';
import type {Checks} from './checked-bytes.js';
import {failureCode} from './failure-code.js';
import {fileStream} from './incoming.js';
import type {MultipartUpload} from './incoming.js';
import {SlowClientGuard} from '../http/pace.js';
import {withThroughputGuard, awaitFirstChunk} from './paced-bytes.js';
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
  /** Tells the reaper that an object may be left over. */
  onCondemned: () => void;
}

export interface Upload {
  request: FastifyRequest;
  caller: Caller;
  limits: FileLimits;
  incoming: MultipartUpload;
  idempotencyKey: string | undefined;
  /** From here on what goes wrong is in the trail, with the row's end. */
  onReserved: () => void;
}

const TWIN_WAIT_MS = 10_000;
const DUPLICATE_POLL_INTERVAL_MS = 200;
const UNDO_WAIT_MS = 1_000;
const UNDO_PAUSE_MS = 500;
/** What was on its way has arrived within a few seconds of the database's return, or never does. */
const UNHEARD_LOOKS = 10;
const UNIQUE_VIOLATION = '23505';

/** Takes one file: row first, object second, state `stored` third, the answer last. */
export class Uploads {
  constructor(private readonly deps: UploadDeps) {}

  async take(upload: Upload): Promise<{file: StoredFile; repeated: boolean}> {
    const reserved = await this.reserve(upload);
    if ('twin' in reserved) return this.repeat(upload, reserved.twin);
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
      checked = this.checkedBytes(upload, pace, {
        refuseActiveContent: upload.caller.site.settings.refuse_active_content ?? false,
        scan,
        signal: abort.signal,
      });
      stopRenewing = this.keepLease(row, checked, abort);
      await this.store(row, upload.incoming, checked, abort.signal);
      const stored = await withinTime(this.finish(upload, row, checked));
      return {file: toApiFile(stored), repeated: false};
    } catch (error) {
      const reason: unknown = abort.signal.aborted ? abort.signal.reason : error;
      const undone = this.undo(upload, row, checked?.isCommitted ?? false, reason);
      // The answer does not wait for a database that has stopped answering.
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

  /** Takes a place in the session, or finds the file that this very key has stored already. */
  private async reserve(upload: Upload): Promise<{row: FileRow} | {twin: FileRow}> {
    const {request, caller, idempotencyKey} = upload;
    const until = performance.now() + TWIN_WAIT_MS;
    for (;;) {
      const twin = idempotencyKey
        ? await withinTime(findByIdempotencyKey(this.deps.sql, caller.uuid, idempotencyKey))
        : undefined;
      if (twin?.state === 'stored') return {twin};
      if (!twin) {
        const id = newUuid();
        const reserving = this.deps.access
          .change(request, caller, (tx) => this.reserveIn(tx, upload, id))
          .catch((error: unknown) => {
            if (isDatabaseDown(error)) void this.rollBackUnconfirmed(upload, id);
            // Another request with this key was faster by a moment: look again.
            if (idempotencyKey && sqlState(error) === UNIQUE_VIOLATION) return undefined;
            throw error;
          });
        const row = await withinTime(reserving, (late) => {
          if (late) void this.undo(upload, late, false, new Unavailable());
        });
        if (row) return {row};
      } else if (!(await withinTime(releaseExpiredSlot(this.deps.sql, twin.id)))) {
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
      `Expected at most ${limits.maxFiles} files in a session, and they are there. Delete one first.`,
    );
  }

  /** A retry whose first try arrived: the same bytes get the same answer. */
  private async repeat(upload: Upload, twin: FileRow) {
    const abort = new AbortController();
    const pace = new SlowClientGuard((reason) => {
      abort.abort(reason);
      upload.incoming.bytes.destroy(reason);
    });
    const checked = this.checkedBytes(upload, pace, {
      // What is stored was taken under the rules of its time.
      refuseActiveContent: false,
      scan: undefined,
      signal: abort.signal,
    });
    try {
      for await (const chunk of checked) void chunk;
    } catch (error) {
      // Not a PDF, so not the one that is there.
      if (error instanceof NotAPdf || error instanceof EmptyFile) throw new IdempotencyKeyReused();
      throw error;
    } finally {
      pace.stop();
    }
    if (!twin.sha256 || !checked.result.sha256.equals(twin.sha256))
      throw new IdempotencyKeyReused();
    return {file: toApiFile(twin), repeated: true};
  }

  private checkedBytes(
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
    await spool.through(checked, async (bytes) => {
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

  /** The visit lives, but the row is no upload any more: consent was withdrawn, or its lease ran out. */
  private async leaseLossError(tx: Queryable, {uuid}: Caller): Promise<MariaError> {
    return (await hasConsent(tx, uuid, 'personal_data'))
      ? new Unavailable()
      : new ConsentRequired();
  }

  /** Now, or as soon as the database answers again; after the lease the reaper does it. */
  private async undo(upload: Upload, row: FileRow, released: boolean, reason: unknown) {
    const until = performance.now() + LEASE_SECONDS * 1000;
    for (;;) {
      try {
        await this.removeRow(upload, row, released, reason);
        break;
      } catch (error) {
        this.deps.log.warn({err: error, file: row.id}, 'an upload could not be undone at once');
        if (!isDatabaseDown(error) || performance.now() > until) break;
      }
      // Keeps no process from ending: the row has its lease.
      await sleep(UNDO_PAUSE_MS, undefined, {ref: false});
    }
    if (released) this.deps.onCondemned();
  }

  /**
   * The database went away before it told whether the place was taken. It may still take it, with
   * what was on its way, and the retry would then wait for a twin that nobody sends.
   */
  private async rollBackUnconfirmed({caller: {uuid}}: Upload, id: string): Promise<void> {
    const until = performance.now() + LEASE_SECONDS * 1000;
    for (let looks = 0; looks < UNHEARD_LOOKS && performance.now() < until;) {
      await sleep(UNDO_PAUSE_MS, undefined, {ref: false});
      try {
        if (await deleteUpload(this.deps.sql, id)) return;
        looks++;
      } catch (error) {
        if (isDatabaseDown(error)) continue;
        this.deps.log.warn({err: error, file: id, uuid}, 'an upload could not be undone');
        return;
      }
    }
  }

  /** Leaves no row, unless an object may exist: then the row stays until the reaper has seen to it. */
  private async removeRow({caller}: Upload, row: FileRow, released: boolean, reason: unknown) {
    const fate = await this.deps.sql.begin(async (tx) => {
      const known = released && (await markUploadForDeletion(tx, row.id));
      if (!released) await deleteUpload(tx, row.id);
      await recordAudit(tx, {
        event: 'file_upload_error',
        uuid: caller.uuid,
        site: caller.site.key,
        address: caller.address,
        metadata: {file_id: row.id, code: failureCode(reason)},
      });
      return known;
    });
    // The visit was buried while the put was under way: no row is left that would lead to it.
    if (fate === 'gone') await this.deps.objects.delete([row.key]);
  }

  private keepLease(row: FileRow, checked: ValidatingStream, abort: AbortController): () => void {
    let seenBytes = 0;
    const renew = async () => {
      if (checked.seenBytes === seenBytes && !checked.isCommitted) return;
      seenBytes = checked.seenBytes;
      // Why it was taken, the next try will be told.
      if (!(await renewLease(this.deps.sql, row))) abort.abort(new Unavailable());
    };
    const timer = setInterval(
      () => {
        renew().catch((error: unknown) => {
          this.deps.log.warn({err: error, file: row.id}, 'a lease could not be renewed');
        });
      },
      (LEASE_SECONDS * 1000) / 3,
    );
    return () => {
      clearInterval(timer);
    };
  }
}

/** A client that leaves takes everything with it: its stream, the put, the scan. */
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

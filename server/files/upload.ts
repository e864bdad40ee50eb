import type {FastifyRequest} from 'fastify';

import {withTimeout} from '../async/timeout.js';
import {recordAudit} from '../audit/store.js';
import type {StoredFile} from '../contract/files.js';
import type {Config} from '../config/config.js';
import type {Queryable, Transaction} from '../database/sql.js';
import {isDatabaseDown} from '../database/errors.js';
import {recordEvents} from '../events/store.js';
import type {MariaError} from '../errors.js';
import {ConsentRequired, EmptyFile, IdempotencyKeyReused, NotAPdf, Unavailable} from '../errors.js';
import {ClientAborted} from '../http/client-aborted.js';
import {withResponseTimeout} from '../http/request-timeout.js';
import type {Access, Caller} from '../visits/access.js';
import {hasConsent} from '../visits/consents.js';
import {countFunnel} from '../visits/store.js';
import type {FileLimits} from '../sites/limits.js';
import {ValidatingStream} from './validating-stream.js';
import type {Checks} from './validating-stream.js';
import {fileStream} from './multipart-upload.js';
import type {MultipartUpload} from './multipart-upload.js';
import {SlowClientGuard} from '../http/slow-client-guard.js';
import {withThroughputGuard, waitForFirstChunk} from './throughput-guard.js';
import type {Spool} from './spool.js';
import {markStored, toApiFile} from './store.js';
import type {FileRow} from './store.js';
import {reserveUpload} from './reserve.js';
import {undoUpload} from './undo-upload.js';
import type {UndoDeps} from './undo-upload.js';
import {keepLease} from './upload-lease.js';
import {VirusScan} from './virus-scan.js';

export interface UploadDeps extends UndoDeps {
  config: Config;
  access: Access;
  spool: Spool;
  /** Runs in the transaction that stores a file of a session. */
  notifyOfFile: (tx: Transaction, caller: Caller) => Promise<void>;
  /** Triggers the senders of e-mails and webhooks. */
  onNotified: () => void;
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

const UNDO_WAIT_MS = 1_000;

/** Receives uploads, each in this order: insert the row, store the object, mark it stored, respond. */
export class Uploads {
  constructor(private readonly deps: UploadDeps) {}

  async receive(upload: Upload): Promise<{file: StoredFile; repeated: boolean}> {
    const {request, caller, limits, idempotencyKey} = upload;
    const {name} = upload.incoming;
    const reserved = await reserveUpload(this.deps, {
      request,
      caller,
      limits,
      name,
      idempotencyKey,
    });
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
      stopRenewing = keepLease(this.deps, row, {checked, abort});
      await this.store(row, upload.incoming, checked, abort.signal);
      const stored = await withResponseTimeout(this.finish(upload, row, checked));
      return {file: toApiFile(stored), repeated: false};
    } catch (error) {
      const reason: unknown = abort.signal.aborted ? abort.signal.reason : error;
      const isCommitted = checked?.isCommitted ?? false;
      const undone = undoUpload(this.deps, caller, {row, isCommitted, reason});
      // The response does not wait for a database that is down.
      const databaseIsDown = reason instanceof Unavailable || isDatabaseDown(reason);
      if (!databaseIsDown) await withTimeout(undone, UNDO_WAIT_MS, () => undefined);
      throw reason;
    } finally {
      scan?.stop();
      stopRenewing?.();
      stopWatching();
      pace.stop();
    }
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
      await objects.put(key, await waitForFirstChunk(checked), declaredBytes, signal);
      return;
    }
    await spool.buffer(checked, async (bytes) => {
      await objects.put(key, bytes, checked.result.size, signal);
    });
  }

  private async finish({request, caller}: Upload, row: FileRow, {result}: ValidatingStream) {
    const {access, notifyOfFile, onNotified} = this.deps;
    const {file, isSession} = await access.changeVisit(request, caller, async (tx, visit) => {
      const stored = await markStored(tx, row.id, result);
      if (!stored) throw await this.leaseLossError(tx, caller);
      await recordAudit(tx, {
        event: 'file_upload',
        uuid: caller.uuid,
        site: caller.site.key,
        ipAddress: caller.ipAddress,
        metadata: {file_id: row.id, size: result.size, flags: result.flags},
      });
      const data = {file: toApiFile(stored)};
      await recordEvents(tx, caller.uuid, {type: 'file_upload_complete', data});
      const isSession = visit.state === 'session';
      if (isSession) await notifyOfFile(tx, caller);
      await countFunnel(tx, caller.site.key, ['uploaded']);
      return {file: stored, isSession};
    });
    if (isSession) onNotified();
    return file;
  }

  /** Returns the reason for a lost lease: consent was withdrawn, or the lease expired. */
  private async leaseLossError(tx: Queryable, {uuid}: Caller): Promise<MariaError> {
    return (await hasConsent(tx, uuid, 'personal_data'))
      ? new Unavailable()
      : new ConsentRequired();
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

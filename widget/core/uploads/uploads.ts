import type {StoredFile} from '../../../server/contract/files.js';

import {cleanName} from '../flow/clean-name.js';
import {backoffMs, retryAfterOf} from '../transport/retry.js';
import {asStored, canRetry, isOpen, isWaiting, newRow, reasonOf, storedRow} from './file-row.js';
import type {FileReason, FileRow} from './file-row.js';
import {findDuplicate, findUnstored, looksLikePdf} from './file-contents.js';
import {ATTEMPTS, sendWithRetry} from './send-with-retry.js';
import type {FileLimits, FileTransport} from './file-transport.js';

/** More at once would share the same connection, and make each of them slower. */
const PARALLEL = 3;

/** The queue of files. Only it changes rows. */
export class Uploads {
  rows: readonly FileRow[] = [];
  /** `failed`: a file could not be stored, so the visitor has not been led on. */
  finishing: 'waiting' | 'failed' | null = null;
  private onFinish: () => void = () => undefined;
  private ending = new AbortController();

  constructor(
    /** Called whenever the limits are needed, because the page may change them at any time. */
    private readonly readLimits: () => FileLimits,
    private readonly transport: FileTransport,
  ) {}

  get limits() {
    return this.readLimits();
  }

  get storedNames() {
    return this.rows.filter((row) => row.state === 'success').map(({name}) => name);
  }

  get storedCount() {
    return this.storedNames.length;
  }

  get storedIds() {
    return new Set(this.rows.flatMap(({stored}) => stored?.id ?? []));
  }

  get isBusy() {
    return this.rows.some((row) => row.state === 'uploading');
  }

  /** True if *Upload files* sends a file, or sends it again. */
  get hasUnsent() {
    return this.rows.some((row) => canRetry(row) || (row.state === 'queued' && !row.isConfirmed));
  }

  /** Number of files that would be lost if the visitor left the page now. */
  get unsent() {
    return this.rows.filter((row) => isOpen(row) || isWaiting(row)).length;
  }

  get isFull() {
    return this.rows.filter((row) => !row.isRefused).length >= this.limits.maxFiles;
  }

  /** True if enough files are stored or can be. */
  get canFinish() {
    const isLost = (row: FileRow) => /error|removing/.test(row.state) && !isWaiting(row);
    return this.rows.filter((row) => !isLost(row)).length >= this.limits.minFiles;
  }

  /** Shows files that the backend already has. */
  restore(files: StoredFile[]) {
    this.rows = files.map(storedRow);
  }

  async add(files: Iterable<File>) {
    this.finishing = null;
    for (const file of files) {
      const row = newRow(cleanName(file.name), file.size, file);
      const reason = await this.refusalOf(file);
      if (reason) Object.assign(row, {state: 'error', reason, isRefused: true});
      this.rows = [...this.rows, row];
      this.notify();
      if (!reason) this.change(row, {duplicate: await findDuplicate(row, this.rows)});
    }
  }

  /** Sends what is queued, and what has failed if it is asked for. */
  start(isRetrying = true) {
    for (const row of this.rows) {
      if (row.state === 'queued' || (isRetrying && canRetry(row))) this.retry(row);
    }
  }

  /** Uploads what is queued, and calls back once all of it is stored. */
  finish(onFinish: () => void) {
    this.onFinish = onFinish;
    this.finishing = 'waiting';
    this.start(false);
    this.notify();
  }

  cancel(row: FileRow) {
    this.finishing = null;
    if (!row.upload) return;
    row.upload.abort('cancelled');
    this.change(row, {state: 'error', reason: 'cancelled', upload: null});
  }

  retry(row: FileRow) {
    if (this.finishing === 'failed') this.finishing = null;
    this.change(row, {state: 'queued', reason: null, percent: 0, isConfirmed: true});
    this.sendNext();
  }

  /** Stops all uploads until the browser is online again. */
  pauseAll() {
    for (const {upload} of this.rows) upload?.abort('offline');
  }

  /** Continues uploads that wait for a connection. */
  resume() {
    for (const row of this.rows) if (isWaiting(row) && !row.upload) this.retry(row);
  }

  /** Returns false if the backend still has the file. The row says so. */
  async remove(row: FileRow) {
    this.cancel(row);
    clearTimeout(row.resumeTimer);
    if (row.stored && !(await this.erase(row, row.stored))) return false;
    this.rows = this.rows.filter((other) => other !== row);
    this.queueNextRefused();
    this.notify();
    return true;
  }

  /**
   * Takes over what other tabs have stored or deleted since `before`. Files that wait here stay,
   * unless another tab has stored the same ones.
   */
  async merge(files: StoredFile[], before: Set<string>) {
    for (const stored of files.filter(({id}) => !before.has(id))) {
      const row = await findUnstored(stored, this.rows);
      // The response to an upload of this tab may have come meanwhile.
      if (this.storedIds.has(stored.id) || row?.state === 'uploading') continue;
      if (row) this.change(row, asStored(stored));
      else this.rows = [...this.rows, storedRow(stored)];
    }
    const kept = files.map(({id}) => id);
    const isGone = (id: string) => before.has(id) && !kept.includes(id);
    this.rows = this.rows.filter(({stored}) => !stored || !isGone(stored.id));
  }

  /** Ends all uploads, removals and timers. */
  clear() {
    this.ending.abort();
    this.ending = new AbortController();
    for (const row of this.rows) {
      this.cancel(row);
      clearTimeout(row.resumeTimer);
    }
    this.rows = [];
    this.notify();
  }

  dropUnstored() {
    this.rows = this.rows.filter((row) => row.state === 'success');
    this.notify();
  }

  private async erase(row: FileRow, stored: StoredFile) {
    const {signal} = this.ending;
    this.change(row, {state: 'removing', reason: null});
    try {
      await this.transport.erase(stored, signal);
      return true;
    } catch (error) {
      if (signal.aborted) return false;
      this.change(row, {state: 'success', reason: 'notRemoved'});
      this.transport.onFailure(error);
      return false;
    }
  }

  /** Gives a free place to the first file that was refused for lack of one. */
  private queueNextRefused() {
    const next = this.rows.find((row) => row.isRefused && row.reason === 'too_many_files');
    if (next && !this.isFull) this.change(next, {state: 'queued', reason: null, isRefused: false});
  }

  /** Starts a few uploads. Each that ends starts the next. */
  private sendNext() {
    const waiting = this.rows.filter(
      (row) => row.isConfirmed && row.state === 'queued' && !row.reason,
    );
    const running = this.rows.filter(({upload}) => upload).length;
    for (const row of waiting.slice(0, PARALLEL - running)) void this.upload(row);
  }

  private async refusalOf(file: File): Promise<FileReason | null> {
    if (file.size === 0) return 'empty_file';
    if (file.size > this.limits.maxFileBytes) return 'file_too_large';
    if (!(await looksLikePdf(file))) return 'not_a_pdf';
    // Last, without a wait before the row is added: two drops at once must not exceed the limit.
    return this.isFull ? 'too_many_files' : null;
  }

  private async upload(row: FileRow) {
    const upload = new AbortController();
    const {signal} = upload;
    this.change(row, {state: 'uploading', percent: 0, reason: null, upload});
    try {
      const change = (part: Partial<FileRow>) => this.change(row, part);
      const stored = await sendWithRetry(row, this.transport, {signal, change});
      this.change(row, asStored(stored));
    } catch (error) {
      if (signal.reason !== 'cancelled') this.fail(row, error, signal.aborted);
    } finally {
      if (row.upload === upload) this.change(row, {upload: null});
      this.sendNext();
    }
  }

  private fail(row: FileRow, error: unknown, isPaused: boolean) {
    const reason = isPaused ? 'offline' : reasonOf(error);
    const isQueued = reason === 'offline' && (isPaused || !this.transport.isOnline());
    const isRefused = reason === 'unreadable' || reason === 'size_mismatch';
    if (this.finishing && !isWaiting({reason})) this.finishing = 'failed';
    this.change(row, {state: isQueued ? 'queued' : 'error', reason, isRefused});
    if (isRefused) this.queueNextRefused();
    if (!isPaused) this.transport.onFailure(error);
    if (isWaiting(row)) this.resumeLater(row, error);
  }

  /** Tries again later. The browser reports a connection that is back, but not a server. */
  private resumeLater(row: FileRow, error: unknown) {
    const resumptions = (row.resumptions ?? 0) + 1;
    const resume = () => {
      if (isWaiting(row)) this.retry(row);
    };
    const waitMs = Math.max(backoffMs(ATTEMPTS - 1 + resumptions), retryAfterOf(error));
    clearTimeout(row.resumeTimer);
    this.change(row, {resumptions, resumeTimer: setTimeout(resume, waitMs)});
  }

  private change(row: FileRow, change: Partial<FileRow>) {
    Object.assign(row, change);
    this.notify();
  }

  private notify() {
    const isDone = this.finishing === 'waiting' && !this.unsent && this.canFinish;
    if (isDone) this.finishing = null;
    this.transport.onChange();
    if (isDone) this.onFinish();
  }
}

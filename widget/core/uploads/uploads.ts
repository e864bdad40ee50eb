import {PDF_HEADER_WITHIN_BYTES} from '../../../server/contract/limits.js';
import type {StoredFile} from '../../../server/contract/files.js';

import {ClientError} from '../transport/api-client.js';
import type {FailureCode} from '../transport/api-client.js';
import {TransferSpeed} from './transfer-speed.js';
import {delay} from '../transport/delay.js';
import type {UploadOptions} from './upload-request.js';
import {makeUuid} from '../session/uuid.js';

/** More at once would only share the same line, and make each of them slower to finish. */
const PARALLEL = 3;
const ATTEMPTS = 3;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;
/** An interrupted attempt keeps its key until its lease on the server expires. */
const IN_PROGRESS_MS = 90_000;
const LOOK_AGAIN_MS = 3_000;

export type FileState = 'queued' | 'uploading' | 'success' | 'removing' | 'error';
export type FileReason = FailureCode | 'cancelled' | 'unreadable' | 'notRemoved';

/** Thrown when the browser can no longer read the file: it was changed, moved or deleted. */
export class FileUnreadable extends Error {
  constructor(options?: ErrorOptions) {
    super('The file can no longer be read.', options);
    this.name = 'FileUnreadable';
  }
}

export interface FileRow {
  /** Also the `Idempotency-Key`: however often the row is sent, it is stored once. */
  readonly id: string;
  readonly name: string;
  readonly size: number;
  readonly file: File | null;
  state: FileState;
  /** 0 until the browser has reported progress. */
  percent: number;
  /** While `uploading`: the reason for the current pause between two attempts. */
  reason: FileReason | null;
  stored: StoredFile | null;
  /** Both 0 until they have been measured. */
  bytesPerSecond: number;
  secondsLeft: number;
  /** Another row that seems to be the same file. */
  duplicate: FileRow | null;
  /** The visitor has said that it is to be sent. */
  isConfirmed: boolean;
  /** Sending it again cannot help: the visitor has to choose another file, or the same one again. */
  isRefused: boolean;
  /** An attempt has been made, which the server may still be working on. */
  wasSent: boolean;
  /** Number of automatic restarts; the pauses grow with it. */
  resumptions: number;
}

export interface FileLimits {
  maxFiles: number;
  minFiles: number;
  maxFileBytes: number;
}

export interface FileTransport {
  send(file: File, sending: UploadOptions): Promise<StoredFile>;
  /** Returns whether the server still holds an earlier attempt with this key. */
  isInProgress(idempotencyKey: string): Promise<boolean>;
  /** Repeats the call while the backend is unavailable. */
  erase(file: StoredFile, signal: AbortSignal): Promise<void>;
  onChange(): void;
  onFailure(error: unknown): void;
}

/** The queue of files and their states. */
export class Uploads {
  rows: FileRow[] = [];
  private readonly running = new Map<string, AbortController>();
  private readonly resumeTimers = new Map<string, number>();
  private ending = new AbortController();

  constructor(
    private readonly currentLimits: () => FileLimits,
    private readonly transport: FileTransport,
  ) {}

  /** Read when needed, because the page may change them at any time. */
  get limits() {
    return this.currentLimits();
  }

  get storedCount() {
    return this.rows.filter((row) => row.state === 'success').length;
  }

  get isBusy() {
    return this.rows.some((row) => row.state === 'uploading');
  }

  /** Whether a file waits for the visitor's word. */
  get hasQueued() {
    return this.rows.some((row) => row.state === 'queued' && !row.isConfirmed);
  }

  /** How many files would be lost by leaving the page now. */
  get unsent() {
    return this.rows.filter(({state, reason}) => isOpen(state) || isWaiting(reason)).length;
  }

  get failed() {
    return this.rows.filter((row) => row.state === 'error' && !row.isRefused);
  }

  get isFull() {
    return this.taken >= this.limits.maxFiles;
  }

  /** Enough files are stored and nothing is under way or waiting to be sent. */
  get isDone() {
    return this.storedCount >= this.limits.minFiles && !this.rows.some(({state}) => isOpen(state));
  }

  /** Files that the backend already has, shown when the visitor comes back. */
  restore(files: StoredFile[]) {
    this.rows = files.map(storedRow);
  }

  async add(files: Iterable<File>) {
    for (const file of files) {
      const row = blankRow(file.name, file.size, file);
      const reason = await this.refusalOf(file);
      if (reason) Object.assign(row, {state: 'error', reason, isRefused: true});
      this.rows = [...this.rows, row];
      this.transport.onChange();
      if (!reason) this.change(row, {duplicate: await this.findDuplicate(row)});
    }
  }

  start() {
    for (const row of this.rows) if (row.state === 'queued') row.isConfirmed = true;
    this.sendNext();
  }

  cancel(row: FileRow) {
    const stopper = this.running.get(row.id);
    if (!stopper) return;
    stopper.abort('cancelled');
    this.running.delete(row.id);
    this.change(row, {state: 'error', reason: 'cancelled'});
  }

  retry(row: FileRow) {
    this.change(row, {state: 'queued', reason: null, percent: 0, isConfirmed: true});
    this.sendNext();
  }

  /** The line is gone: what is under way waits for it. */
  pauseAll() {
    for (const stopper of this.running.values()) stopper.abort('offline');
  }

  /** Takes up what waits for a connection. */
  resume() {
    for (const row of this.rows) if (isWaiting(row.reason)) this.retry(row);
  }

  /** Returns false if the backend still has the file; the row then says so. */
  async remove(row: FileRow) {
    this.cancel(row);
    this.stopTimer(row);
    if (row.stored && !(await this.erase(row, row.stored))) return false;
    this.rows = this.rows.filter((other) => other !== row);
    this.queueNextRefused();
    this.transport.onChange();
    return true;
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

  /** Ends all uploads, removals and timers. */
  clear() {
    this.ending.abort();
    this.ending = new AbortController();
    for (const row of this.rows) {
      this.cancel(row);
      this.stopTimer(row);
    }
    this.rows = [];
    this.transport.onChange();
  }

  dropUnstored() {
    this.rows = this.rows.filter((row) => row.state === 'success');
    this.transport.onChange();
  }

  /** A place is free: the first that had none takes it. */
  private queueNextRefused() {
    const next = this.rows.find((row) => row.isRefused && row.reason === 'too_many_files');
    if (next && !this.isFull)
      Object.assign(next, {state: 'queued', reason: null, isRefused: false});
  }

  /** A few at a time; each that ends makes room for the next. */
  private sendNext() {
    const waiting = this.rows.filter(
      (row) => row.isConfirmed && row.state === 'queued' && !row.reason,
    );
    for (const row of waiting.slice(0, PARALLEL - this.running.size)) void this.uploadRow(row);
  }

  /** By its name and size, otherwise by its bytes. */
  private async findDuplicate(row: FileRow) {
    for (const other of this.rows) {
      if (other === row || other.isRefused || other.size !== row.size) continue;
      const digest = other.name === row.name || (await digestOf(row));
      if (digest === true || (digest && digest === (await digestOf(other)))) return other;
    }
    return null;
  }

  private get taken() {
    return this.rows.filter((row) => !row.isRefused).length;
  }

  private async refusalOf(file: File): Promise<FileReason | null> {
    if (file.size === 0) return 'empty_file';
    if (file.size > this.limits.maxFileBytes) return 'file_too_large';
    if (!(await looksLikePdf(file))) return 'not_a_pdf';
    // Last, with no pause before the row is added: two drops at once must not pass together.
    return this.isFull ? 'too_many_files' : null;
  }

  private async uploadRow(row: FileRow) {
    const stopper = this.begin(row);
    const {signal} = stopper;
    try {
      const stored = await this.sendWithRetry(row, signal);
      this.change(row, asStored(stored));
    } catch (error) {
      if (signal.reason === 'cancelled') return;
      const reason = signal.aborted ? 'offline' : reasonOf(error);
      const isHeld = reason === 'offline' && (signal.aborted || !navigator.onLine);
      const isRefused = MUST_CHOOSE_AGAIN.includes(reason);
      this.change(row, {state: isHeld ? 'queued' : 'error', reason, isRefused});
      if (isRefused) this.queueNextRefused();
      if (!signal.aborted) this.transport.onFailure(error);
      if (isWaiting(reason)) this.resumeLater(row, error);
    } finally {
      if (this.running.get(row.id) === stopper) this.running.delete(row.id);
      this.sendNext();
    }
  }

  private begin(row: FileRow) {
    const stopper = new AbortController();
    this.running.set(row.id, stopper);
    this.change(row, {state: 'uploading', percent: 0, reason: null});
    return stopper;
  }

  /** The browser tells when the line is back, and nobody tells when the server is. */
  private resumeLater(row: FileRow, error: unknown) {
    const pauseMs = Math.min(
      FIRST_PAUSE_MS * 2 ** (ATTEMPTS - 1 + row.resumptions++),
      LONGEST_PAUSE_MS,
    );
    const askedMs = error instanceof ClientError ? error.retryAfterMs : 0;
    const resume = () => {
      if (isWaiting(row.reason)) this.retry(row);
    };
    this.stopTimer(row);
    this.resumeTimers.set(row.id, window.setTimeout(resume, Math.max(pauseMs, askedMs)));
  }

  private stopTimer({id}: FileRow) {
    clearTimeout(this.resumeTimers.get(id));
    this.resumeTimers.delete(id);
  }

  private async sendWithRetry(row: FileRow, signal: AbortSignal): Promise<StoredFile> {
    let busyUntil = 0;
    for (let attempt = 1; ; attempt++) {
      try {
        signal.throwIfAborted();
        // The bytes are sent again only when the server can take them.
        if (row.wasSent && (await this.transport.isInProgress(row.id))) throw inProgress();
        signal.throwIfAborted();
        const onProgress = this.follow(row);
        row.wasSent = true;
        const sending = {idempotencyKey: row.id, signal, onProgress};
        return await this.transport.send(row.file!, sending);
      } catch (error) {
        if (signal.aborted || !navigator.onLine || !isWorthRetrying(error)) throw error;
        const isInProgress = error.code === 'in_progress';
        if (isInProgress) busyUntil ||= Date.now() + IN_PROGRESS_MS;
        if (isInProgress ? Date.now() > busyUntil : attempt >= ATTEMPTS) throw error;
        // An attempt in progress is no failure, and attempts count failures.
        if (isInProgress) attempt--;
        this.change(row, {reason: error.code, percent: 0});
        const backoffMs = Math.max(error.retryAfterMs, FIRST_PAUSE_MS * 2 ** (attempt - 1));
        await delay(isInProgress ? error.retryAfterMs || LOOK_AGAIN_MS : backoffMs, signal);
      }
    }
  }

  private follow(row: FileRow) {
    const speed = new TransferSpeed(performance.now());
    this.change(row, {bytesPerSecond: 0, secondsLeft: 0, reason: null});
    return (sentBytes: number) => {
      speed.measure(sentBytes, performance.now());
      const {bytesPerSecond} = speed;
      const secondsLeft = bytesPerSecond && Math.ceil((row.size - sentBytes) / bytesPerSecond);
      // 100 stands for stored, not for sent: the last word is the server's.
      const percent = Math.min(99, Math.round((100 * sentBytes) / row.size));
      this.change(row, {bytesPerSecond, secondsLeft, percent});
    };
  }

  private change(row: FileRow, change: Partial<FileRow>) {
    Object.assign(row, change);
    this.transport.onChange();
  }
}

const blankRow = (name: string, size: number, file: File | null): FileRow => ({
  id: makeUuid(),
  name,
  size,
  file,
  state: 'queued',
  percent: 0,
  reason: null,
  stored: null,
  bytesPerSecond: 0,
  secondsLeft: 0,
  duplicate: null,
  isConfirmed: false,
  isRefused: false,
  wasSent: false,
  resumptions: 0,
});

export const asStored = (stored: StoredFile) =>
  ({state: 'success', percent: 100, reason: null, stored}) as const;

export const storedRow = (stored: StoredFile): FileRow => ({
  ...blankRow(stored.name, stored.size, null),
  ...asStored(stored),
});

/** By its bytes, as the server decides it: names and declared types say nothing. */
const looksLikePdf = async (file: File) => {
  try {
    const head = await file.slice(0, PDF_HEADER_WITHIN_BYTES).arrayBuffer();
    return new TextDecoder('latin1').decode(head).includes('%PDF-');
  } catch {
    // A folder that was dropped, or a file that has been removed meanwhile, cannot be read.
    return false;
  }
};

/** Null where there is none to compare: browsers give digests to secure pages alone, and of files that can be read. */
export const digestOf = async ({file, stored}: Pick<FileRow, 'file' | 'stored'>) => {
  if (!file) return stored?.sha256;
  try {
    const digest = await crypto.subtle.digest('SHA-256', await file.arrayBuffer());
    const hexadecimal = (byte: number) => byte.toString(16).padStart(2, '0');
    return Array.from(new Uint8Array(digest), hexadecimal).join('');
  } catch {
    return null;
  }
};

const isOpen = (state: FileState) =>
  state === 'queued' || state === 'uploading' || state === 'removing';

const reasonOf = (error: unknown): FileReason => {
  if (error instanceof FileUnreadable) return 'unreadable';
  return error instanceof ClientError ? error.code : 'unintelligible';
};

const inProgress = () => new ClientError('in_progress', 'error');

/** The browser's copy of the file is no longer the file on disk. */
const MUST_CHOOSE_AGAIN: FileReason[] = ['unreadable', 'size_mismatch'];

const AWAY: (FileReason | null)[] = [
  'offline',
  'unavailable',
  'busy',
  'rate_limited',
  'in_progress',
];
export const isWaiting = (reason: FileReason | null) => AWAY.includes(reason);

const isWorthRetrying = (error: unknown): error is ClientError =>
  error instanceof ClientError && error.isTransient;

import type {StoredFile} from '../../../server/contract/files.js';

import {cleanName} from '../flow/clean-name.js';
import {backoffMs} from '../transport/retry.js';
import {asStored, canRetry, isOpen, isWaiting, newRow, reasonOf} from './file-row.js';
import type {FileReason, FileRow} from './file-row.js';
import {findDuplicate, looksLikePdf} from './file-contents.js';
import {ATTEMPTS, sendWithRetry} from './send-with-retry.js';
import type {FileLimits, FileTransport} from './file-transport.js';

/** More at once would share the same connection, and make each of them slower. */
const PARALLEL = 3;

/** The queue of files. Only it, and what takes over the files of other tabs, changes rows. */
export type Uploads = ReturnType<typeof createUploadQueue>;

/** `readLimits` is called whenever the limits are needed, because the page may change them at any time. */
export const createUploadQueue = (readLimits: () => FileLimits, transport: FileTransport) => {
  let rows: readonly FileRow[] = [];
  let ending = new AbortController();
  /** `failed`: a file cannot be stored, so the visitor has not been led on. */
  let finishing: 'waiting' | 'failed' | null = null;
  let onFinished = () => {};

  const stored = () => rows.filter((row) => row.state === 'success');

  const notify = () => {
    const isDone = finishing === 'waiting' && !uploads.unsent && uploads.canFinish;
    if (isDone) finishing = null;
    transport.onChange();
    if (isDone) onFinished();
  };

  const change = (row: FileRow, part: Partial<FileRow>) => {
    Object.assign(row, part);
    notify();
  };

  const add = async (files: Iterable<File>) => {
    const {signal} = ending;
    finishing = null;
    for (const file of files) {
      const row = newRow(cleanName(file.name), file.size, file);
      const reason = await refusalOf(file);
      if (signal.aborted) return;
      if (reason) Object.assign(row, {state: 'error', reason, isRefused: true});
      rows = [...rows, row];
      notify();
      if (!reason) change(row, {duplicate: await findDuplicate(row, rows)});
    }
  };

  /** Sends what is queued, and what has failed if it is asked for. */
  const start = (isRetrying = true) => {
    for (const row of rows) {
      if (row.state === 'queued' || (isRetrying && canRetry(row))) retry(row);
    }
  };

  /** True for a file that is not uploaded without an action of the visitor. */
  const isLost = (row: FileRow) => row.state === 'error' && !isWaiting(row);

  /**
   * Uploads what is queued, and calls back once all of it is stored. With a file that cannot be stored,
   * only a second call does.
   */
  const finish = (onFinish: () => void) => {
    const isAccepted = finishing === 'failed' || !rows.some(isLost);
    onFinished = onFinish;
    start(false);
    finishing = isAccepted ? 'waiting' : 'failed';
    notify();
  };

  const cancel = (row: FileRow) => {
    finishing = null;
    if (!row.upload) return;
    row.upload.abort('cancelled');
    change(row, {state: 'error', reason: 'cancelled', upload: null});
  };

  const retry = (row: FileRow) => {
    if (finishing === 'failed') finishing = null;
    change(row, {state: 'queued', reason: null, percent: 0, isConfirmed: true});
    sendNext();
  };

  /** Continues uploads that wait for a connection. */
  const resume = () => {
    for (const row of rows) if (isWaiting(row) && !row.upload) retry(row);
  };

  /** Returns false if the backend still has the file. The row says so. */
  const remove = async (row: FileRow) => {
    cancel(row);
    clearTimeout(row.resumeTimer);
    if (row.stored && !(await erase(row, row.stored))) return false;
    replace(rows.filter((other) => other !== row));
    return true;
  };

  /** Shows other rows, such as files that another tab has stored. */
  const replace = (replaced: readonly FileRow[]) => {
    rows = replaced;
    queueNextRefused();
    notify();
  };

  /** Ends all uploads, removals and timers. */
  const clear = () => {
    ending.abort();
    ending = new AbortController();
    for (const row of rows) {
      cancel(row);
      clearTimeout(row.resumeTimer);
    }
    rows = [];
    notify();
  };

  const erase = async (row: FileRow, stored: StoredFile) => {
    const {signal} = ending;
    change(row, {state: 'removing', reason: null});
    try {
      await transport.erase(stored, signal);
      return true;
    } catch (error) {
      if (signal.aborted) return false;
      change(row, {state: 'success', reason: 'notRemoved'});
      transport.onFailure(error);
      return false;
    }
  };

  /** Gives a free place to the first file that was refused for lack of one. */
  const queueNextRefused = () => {
    const next = rows.find((row) => row.isRefused && row.reason === 'too_many_files');
    if (next && !uploads.isFull) change(next, {state: 'queued', reason: null, isRefused: false});
  };

  /** Starts a few uploads. Each that ends starts the next. */
  const sendNext = () => {
    const waiting = rows.filter((row) => row.isConfirmed && row.state === 'queued' && !row.reason);
    const running = rows.filter((row) => row.upload).length;
    for (const row of waiting.slice(0, PARALLEL - running)) void upload(row);
  };

  const refusalOf = async (file: File): Promise<FileReason | null> => {
    if (file.size === 0) return 'empty_file';
    if (file.size > readLimits().maxFileBytes) return 'file_too_large';
    if (!(await looksLikePdf(file))) return 'not_a_pdf';
    // Last, without a wait before the row is added: two drops at once must not exceed the limit.
    return uploads.isFull ? 'too_many_files' : null;
  };

  const upload = async (row: FileRow) => {
    const controller = new AbortController();
    const {signal} = controller;
    change(row, {state: 'uploading', percent: 0, reason: null, upload: controller});
    try {
      const stored = await sendWithRetry(row, transport, {
        signal,
        change: (part) => change(row, part),
      });
      change(row, asStored(stored));
    } catch (error) {
      if (signal.reason !== 'cancelled') fail(row, error, signal.aborted);
    } finally {
      if (row.upload === controller) change(row, {upload: null});
      sendNext();
    }
  };

  const fail = (row: FileRow, error: unknown, isPaused: boolean) => {
    const reason = isPaused ? 'offline' : reasonOf(error);
    const isQueued = reason === 'offline' && (isPaused || !transport.isOnline());
    const isRefused = reason === 'unreadable';
    if (finishing && !isWaiting({reason})) finishing = 'failed';
    change(row, {state: isQueued ? 'queued' : 'error', reason, isRefused});
    if (isRefused) queueNextRefused();
    if (!isPaused) transport.onFailure(error);
    if (isWaiting(row)) resumeLater(row, error);
  };

  /** Tries again later. The browser reports a connection that is back, but not a server. */
  const resumeLater = (row: FileRow, error: unknown) => {
    const resumptions = (row.resumptions ?? 0) + 1;
    const resumeOne = () => {
      if (isWaiting(row)) retry(row);
    };
    const waitMs = backoffMs(ATTEMPTS - 1 + resumptions, error);
    clearTimeout(row.resumeTimer);
    change(row, {resumptions, resumeTimer: setTimeout(resumeOne, waitMs)});
  };

  const uploads = {
    get rows() {
      return rows;
    },
    get limits() {
      return readLimits();
    },
    get finishing() {
      return finishing;
    },
    get storedNames() {
      return stored().map(({name}) => name);
    },
    get storedCount() {
      return stored().length;
    },
    get storedIds() {
      return new Set(rows.flatMap(({stored}) => stored?.id ?? []));
    },
    get isBusy() {
      return rows.some((row) => row.state === 'uploading');
    },
    /** True if *Upload files* sends a file, or sends it again. */
    get hasUnsent() {
      return rows.some((row) => canRetry(row) || (row.state === 'queued' && !row.isConfirmed));
    },
    /** Number of files that would be lost if the visitor left the page now. */
    get unsent() {
      return rows.filter((row) => isOpen(row) || isWaiting(row)).length;
    },
    get isFull() {
      return rows.filter((row) => !row.isRefused).length >= readLimits().maxFiles;
    },
    /** True if enough files are stored or can be. */
    get canFinish() {
      const kept = rows.filter((row) => row.state !== 'removing' && !isLost(row));
      return kept.length >= readLimits().minFiles;
    },
    add,
    start,
    finish,
    cancel,
    retry,
    /** Stops all uploads until the browser is online again. */
    pauseAll() {
      for (const row of rows) row.upload?.abort('offline');
    },
    resume,
    remove,
    change,
    replace,
    /** Shows the files that the backend has when the visitor returns. */
    restore(restored: readonly FileRow[]) {
      rows = restored;
    },
    clear,
    dropUnstored() {
      replace(stored());
    },
  };
  return uploads;
};

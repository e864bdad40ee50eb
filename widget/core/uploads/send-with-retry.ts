import type {StoredFile} from '../../../server/contract/files.js';

import {ClientError} from '../transport/api-client.js';
import {backoffMs, delay, isTransient} from '../transport/retry.js';
import type {FileRow} from './file-row.js';
import type {FileTransport} from './file-transport.js';

/** Failures of an upload before its row shows an error. The next attempt follows later. */
export const ATTEMPTS = 3;
/** An interrupted attempt keeps its key until its lease on the server expires. */
const IN_PROGRESS_MS = 90_000;
const IN_PROGRESS_POLL_MS = 3_000;

interface SendOptions {
  signal: AbortSignal;
  /** Shows the reason of each attempt that fails, among others. */
  change: (part: Partial<FileRow>) => void;
}

/** Sends a file, and repeats attempts that failed for a transient reason. */
export const sendWithRetry = async (
  row: FileRow,
  transport: FileTransport,
  {signal, change}: SendOptions,
): Promise<StoredFile> => {
  let failures = 0;
  let busyUntil = 0;
  for (;;) {
    try {
      signal.throwIfAborted();
      // The bytes are sent again only if the server can accept them.
      if (row.wasSent && (await transport.isInProgress(row.id))) throw inProgress();
      signal.throwIfAborted();
      // 100 means stored, which only the server can say. The reason stays until a byte is sent.
      const onProgress = (sentBytes: number) =>
        change({percent: Math.min(99, Math.round((100 * sentBytes) / row.size)), reason: null});
      change({wasSent: true});
      return await transport.send(row.file!, {idempotencyKey: row.id, signal, onProgress});
    } catch (error) {
      if (signal.aborted || !transport.isOnline() || !isTransient(error)) throw error;
      const isInProgress = error.code === 'in_progress';
      if (isInProgress) busyUntil ||= Date.now() + IN_PROGRESS_MS;
      else failures++;
      if (isInProgress ? Date.now() > busyUntil : failures >= ATTEMPTS) throw error;
      change({reason: error.code, percent: 0});
      const pollMs = error.retryAfterMs || IN_PROGRESS_POLL_MS;
      await delay(isInProgress ? pollMs : backoffMs(failures, error), signal);
    }
  }
};

const inProgress = () => new ClientError('in_progress', 'error');

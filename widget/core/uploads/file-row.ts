import type {StoredFile} from '../../../server/contract/files.js';

import {makeUuid} from '../session/uuid.js';
import {ClientError} from '../transport/api-client.js';
import type {FailureCode} from '../transport/api-client.js';

export type FileState = 'queued' | 'uploading' | 'success' | 'removing' | 'error';
export type FileReason = FailureCode | 'cancelled' | 'unreadable' | 'notRemoved';

/** A file and the state of its upload. Only `Uploads` changes it. */
export interface FileRow {
  /** Also the `Idempotency-Key`: the file is stored once, however often it is sent. */
  readonly id: string;
  readonly name: string;
  readonly size: number;
  readonly file: File | null;
  readonly state: FileState;
  /** 0 until the browser has reported progress. */
  readonly percent: number;
  /** While `uploading`: the reason for the current delay between two attempts. */
  readonly reason: FileReason | null;
  readonly stored: StoredFile | null;
  /** Another row that seems to be the same file. */
  readonly duplicate?: FileRow | null;
  /** The visitor wants it to be uploaded. */
  readonly isConfirmed?: boolean;
  /** Sending it again cannot help: the visitor has to choose another file, or the same one again. */
  readonly isRefused?: boolean;
  /** An attempt has been made, which the server may still be working on. */
  readonly wasSent?: boolean;
  /** Cancels the upload that is running. */
  readonly upload?: AbortController | null;
  /** Starts the upload again after a delay. */
  readonly resumeTimer?: ReturnType<typeof setTimeout>;
  /** Number of automatic restarts. The delays grow with it. */
  readonly resumptions?: number;
}

/** Thrown if the browser can no longer read the file: it was changed, moved or deleted. */
export class FileUnreadable extends Error {}

export const newRow = (name: string, size: number, file: File | null): FileRow => ({
  id: makeUuid(),
  name,
  size,
  file,
  state: 'queued',
  percent: 0,
  reason: null,
  stored: null,
});

export const asStored = (stored: StoredFile) =>
  ({state: 'success', percent: 100, reason: null, stored}) as const;

/** True if sending the file again can help. */
export const canRetry = ({state, isRefused}: FileRow) => state === 'error' && !isRefused;

/** True for a file that is not stored yet and can be. */
export const isOpen = ({state}: FileRow) => state !== 'success' && state !== 'error';

const WAITING_REASONS: (FileReason | null)[] = [
  'offline',
  'unavailable',
  'busy',
  'rate_limited',
  'in_progress',
];

/** True if the upload is tried again automatically. */
export const isWaiting = ({reason}: Pick<FileRow, 'reason'>) => WAITING_REASONS.includes(reason);

/** Returns the reason that a row shows for an error. */
export const reasonOf = (error: unknown): FileReason => {
  const code = error instanceof ClientError ? error.code : 'unintelligible';
  return error instanceof FileUnreadable || code === 'size_mismatch' ? 'unreadable' : code;
};

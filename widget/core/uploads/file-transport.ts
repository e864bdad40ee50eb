import type {StoredFile} from '../../../server/contract/files.js';

import type {UploadOptions} from './upload-request.js';

export interface FileLimits {
  maxFiles: number;
  minFiles: number;
  maxFileBytes: number;
}

export interface FileTransport {
  send(file: File, options: UploadOptions): Promise<StoredFile>;
  /** Returns whether the server is still working on an earlier attempt with this key. */
  isInProgress(idempotencyKey: string): Promise<boolean>;
  /** Deletes a file. Repeats the call while the backend is unavailable. */
  erase(file: StoredFile, signal: AbortSignal): Promise<void>;
  isOnline(): boolean;
  onChange(): void;
  onFailure(error: unknown): void;
}

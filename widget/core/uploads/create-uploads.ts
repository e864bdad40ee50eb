import type {FileList} from '../../../server/contract/files.js';
import {MAX_FILES, MAX_FILE_BYTES, MIN_FILES} from '../../../server/contract/limits.js';
import type {SiteConfig} from '../../../server/contract/sites.js';

import {MariaFileDeletedEvent, MariaFileUploadedEvent} from '../../events.js';
import type {ChatHost} from '../chat-host.js';
import {ACTIVE_KEY, UNSENT_FILES_KEY} from '../flow/answers.js';
import type {Outbox} from '../flow/outbox.js';
import {endingOf} from '../session/session-end.js';
import type {VisitorSession} from '../session/session.js';
import type {SiteStorage} from '../session/storage.js';
import type {Status} from '../status.js';
import type {ApiClient} from '../transport/api-client.js';
import type {Retrier} from '../transport/retry.js';
import {uploadOnce} from './shared-files.js';
import {uploadFile} from './upload-request.js';
import type {SendUpload} from './upload-request.js';
import {createUploadQueue} from './uploads.js';
import type {Uploads} from './uploads.js';
import type {FileLimits} from './file-transport.js';

const DEFAULT_LIMITS = {max_files: MAX_FILES, min_files: MIN_FILES, max_file_bytes: MAX_FILE_BYTES};

export interface UploadDeps {
  readonly host: ChatHost;
  readonly client: Readonly<ApiClient>;
  readonly session: Readonly<VisitorSession>;
  readonly storage: Readonly<SiteStorage>;
  readonly outbox: Outbox;
  readonly retrier: Retrier;
  readonly status: Readonly<Status>;
  readonly config: SiteConfig | null;
  fail(error: unknown): void;
}

/** Creates the queue of the visitor's files. Files are sent after the consent that they need. */
export const createUploads = (deps: UploadDeps, sendUpload: SendUpload) => {
  const {client, session, storage, outbox, host} = deps;
  const uploads: Uploads = createUploadQueue(() => limitsOf(deps), {
    async send(file, options) {
      await outbox.flush();
      const send = () => session.run(() => uploadFile(client, sendUpload, file, options));
      const stored = await uploadOnce({...deps, uploads}, file, send);
      host.emit(new MariaFileUploadedEvent(stored.id, stored.size));
      return stored;
    },
    async isInProgress(key) {
      const {uploading} = await session.call<FileList>('GET', '/api/files');
      return uploading?.some((upload) => upload.idempotency_key === key) ?? false;
    },
    async erase(file, signal) {
      await deps.retrier.run(() => session.call('DELETE', `/api/files/${file.id}`), signal);
      host.emit(new MariaFileDeletedEvent(file.id));
    },
    isOnline: () => client.platform.isOnline ?? true,
    onChange: () => {
      storage.setInTab(UNSENT_FILES_KEY, String(uploads.unsent || ''));
      // While a file waits, the visitor is at the step.
      if (uploads.unsent) storage.setInTab(ACTIVE_KEY, String(Date.now()));
      host.onChange();
    },
    // The row shows the reason. Only the end of the session concerns more than the row.
    onFailure: (error) => (endingOf(error) ? deps.fail(error) : deps.status.emitError(error)),
  });
  return uploads;
};

const limitsOf = ({config, host: {settings}}: UploadDeps): FileLimits => {
  const limits = config?.limits ?? DEFAULT_LIMITS;
  const maxFiles = stricter(settings.maxFiles, limits.max_files);
  return {
    maxFiles,
    minFiles: Math.min(limits.min_files, maxFiles),
    maxFileBytes: stricter(settings.maxFileSize, limits.max_file_bytes),
  };
};

/** Returns the page's limit if it is stricter than the site's. */
const stricter = (asked: number | null, allowed: number) =>
  asked && asked >= 1 ? Math.min(Math.floor(asked), allowed) : allowed;

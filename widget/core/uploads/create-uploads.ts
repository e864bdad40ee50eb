import type {FileList} from '../../../server/contract/files.js';
import {MAX_FILES, MAX_FILE_BYTES, MIN_FILES} from '../../../server/contract/limits.js';

import type {Chat, ChatHost} from '../chat.js';
import {MariaFileAcceptEvent, MariaFileDeletedEvent, MariaFileUploadedEvent} from '../../events.js';
import {uploadFile} from './upload-request.js';
import {endingOf} from '../session/session.js';
import {uploadOnce} from './shared-files.js';
import {Uploads} from './uploads.js';
import type {FileLimits} from './uploads.js';

const DEFAULT_LIMITS = {max_files: MAX_FILES, min_files: MIN_FILES, max_file_bytes: MAX_FILE_BYTES};

/** The visitor's files, which travel after the consent they depend on, and in the visitor's name. */
export const createUploads = (chat: Chat) => {
  const {client, session, outbox, host} = chat;
  const guard = guardLeaving(chat);
  const uploads = new Uploads(() => limitsOf(chat), {
    async send(file, sending) {
      await outbox.flush();
      const send = () => session.call(() => uploadFile(client, file, sending));
      const stored = await uploadOnce(chat, file, send);
      host.dispatchEvent(new MariaFileUploadedEvent(stored.id, stored.size));
      return stored;
    },
    async isInProgress(key) {
      const {uploading} = await session.call(() => client.call<FileList>('GET', '/api/files'));
      return uploading?.some((upload) => upload.idempotency_key === key) ?? false;
    },
    async erase(file, ending) {
      const erase = () => session.call(() => client.call('DELETE', `/api/files/${file.id}`));
      await chat.retrier.run(erase, ending);
      host.dispatchEvent(new MariaFileDeletedEvent(file.id));
    },
    onChange: () => {
      chat.storage.unsent(uploads.unsent);
      guard(uploads.unsent > 0);
      host.requestUpdate();
    },
    /** The row tells the reason; only the end of the session concerns more than the row. */
    onFailure: (error) => (endingOf(error) ? chat.fail(error) : chat.status.emitError(error)),
  });
  return uploads;
};

const limitsOf = ({config, host}: Chat): FileLimits => {
  const limits = config?.limits ?? DEFAULT_LIMITS;
  const maxFiles = stricter(host.maxFiles, limits.max_files);
  return {
    maxFiles,
    minFiles: Math.min(limits.min_files, maxFiles),
    maxFileBytes: stricter(host.maxFileSize, limits.max_file_bytes),
  };
};

/** Asks before the page is left, and listens no longer than there is something to lose. */
const guardLeaving = ({host, signal}: Chat) => {
  let isOn = false;
  const ask = (event: Event) => host.isConnected && event.preventDefault();
  return (isNeeded: boolean) => {
    if (isNeeded === isOn) return;
    isOn = isNeeded;
    if (isOn) window.addEventListener('beforeunload', ask, {signal});
    else window.removeEventListener('beforeunload', ask);
  };
};

/** What a page says holds only where it asks for less than its site allows. */
const stricter = (asked: number | null, allowed: number) =>
  asked && asked >= 1 ? Math.min(Math.floor(asked), allowed) : allowed;

/** To the step that asks for them, otherwise to the message that is being written. */
export const addFiles = async (
  {host, flow, status, thread, uploads}: Chat,
  files: Iterable<File>,
) => {
  if (flow.step?.type === 'upload') await uploads?.add(askPageToAccept(host, files));
  else if (thread) await thread.attachments.add(files);
  else status.showToast('filesLater');
};

/** The page may leave files out. */
export const askPageToAccept = (host: ChatHost, files: Iterable<File>) =>
  [...files].filter((file) => host.dispatchEvent(new MariaFileAcceptEvent(file.size, file.type)));

import type {StoredFile} from '../../../server/contract/files.js';
import type {Session} from '../../../server/contract/sessions.js';

import type {Chat} from '../chat.js';
import {asStored, digestOf, storedRow} from './uploads.js';
import type {FileRow, Uploads} from './uploads.js';

export const storedIds = (uploads: Uploads | null) =>
  new Set(uploads?.rows.flatMap(({stored}) => stored?.id ?? []));

/**
 * What other tabs have stored or deleted since `before`. Files that were chosen here and wait stay
 * as they are, unless another tab has stored the very same.
 */
export const mergeFiles = async (uploads: Uploads, files: StoredFile[], before: Set<string>) => {
  for (const stored of files.filter(({id}) => !before.has(id))) {
    const duplicate = await findDuplicate(uploads.rows, stored);
    // Meanwhile the answer to an upload of this tab may have come.
    if (storedIds(uploads).has(stored.id) || duplicate?.state === 'uploading') continue;
    if (duplicate) Object.assign(duplicate, asStored(stored));
    else uploads.rows = [...uploads.rows, storedRow(stored)];
  }
  const kept = files.map(({id}) => id);
  const isGone = (id: string) => before.has(id) && !kept.includes(id);
  uploads.rows = uploads.rows.filter(({stored}) => !stored || !isGone(stored.id));
};

/** Sends a file, unless another tab is sending the very same: then its outcome is taken over. */
export const uploadOnce = async (chat: Chat, file: File, send: () => Promise<StoredFile>) => {
  const {session, storage} = chat;
  const {locks} = navigator as Partial<Navigator>;
  // Plain HTTP has no locks, and where storage is refused they are, too.
  if (!locks || !storage.isKept) return send();
  const name = `maria-chat:${session.uuid}:${file.size}:${file.name}`;
  const sent = await locks.request(name, {ifAvailable: true}, (lock) => lock && send());
  return sent ?? locks.request(name, async () => (await storedElsewhere(chat, file)) ?? send());
};

const storedElsewhere = async ({client, session, uploads}: Chat, file: File) => {
  const {files} = await session.call(() => client.call<Session>('GET', '/api/session'));
  const own = storedIds(uploads);
  for (const stored of files)
    if (!own.has(stored.id) && (await isSame(file, stored))) return stored;
  return null;
};

const findDuplicate = async (rows: FileRow[], stored: StoredFile) => {
  for (const row of rows)
    if (row.file && !row.stored && (await isSame(row.file, stored))) return row;
  return null;
};

const isSame = async (file: File, stored: StoredFile) =>
  file.size === stored.size && (await digestOf({file, stored: null})) === stored.sha256;

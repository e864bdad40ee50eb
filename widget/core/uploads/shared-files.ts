import type {StoredFile} from '../../../server/contract/files.js';
import type {Session} from '../../../server/contract/sessions.js';

import type {VisitorSession} from '../session/session.js';
import type {SiteStorage} from '../session/storage.js';
import type {ApiClient} from '../transport/api-client.js';
import {isSameFile} from './file-contents.js';
import type {Uploads} from './uploads.js';

interface SharedFilesDeps {
  client: Readonly<ApiClient>;
  session: Readonly<VisitorSession>;
  storage: Readonly<SiteStorage>;
  uploads: Readonly<Uploads>;
}

/** Uploads a file, or returns the stored file if another tab is uploading the same one. */
export const uploadOnce = async (
  deps: SharedFilesDeps,
  file: File,
  send: () => Promise<StoredFile>,
) => {
  const {client, session, storage} = deps;
  const {locks} = client.platform;
  // Pages over plain HTTP have no locks, and browsers that refuse storage refuse locks as well.
  if (!locks || !storage.isKept) return send();
  const name = `maria-chat:${session.uuid}:${file.size}:${file.name}`;
  const sent = await locks.request(name, {ifAvailable: true}, (lock) => lock && send());
  return sent ?? locks.request(name, async () => (await findStored(deps, file)) ?? send());
};

const findStored = async ({session, uploads}: SharedFilesDeps, file: File) => {
  const {files} = await session.call<Session>('GET', '/api/session');
  const own = uploads.storedIds;
  for (const stored of files) {
    if (!own.has(stored.id) && (await isSameFile(file, stored))) return stored;
  }
  return null;
};

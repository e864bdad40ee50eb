import {makeZip} from 'client-zip';

import type {Queryable} from '../database/sql.js';
import {listStoredFiles} from '../files/store.js';
import type {Bytes, ObjectStore} from '../object-store/object-store.js';
import {ArchiveNames} from './archive-names.js';
import {createSessionJson} from './session-json.js';
import type {ArchiveStatus} from './session-json.js';

export interface ArchiveDeps {
  sql: Queryable;
  objects: ObjectStore;
}

interface Entry {
  name: string;
  input: Bytes | AsyncIterable<string>;
  lastModified: Date;
}

const SESSION_JSON = 'session.json';
/** Length of the reference that e-mails and the console show. */
const REFERENCE_LENGTH = 8;

/** Sessions of an archive. */
export interface ArchivedSessions {
  uuids: Iterable<string> | AsyncIterable<string>;
  /** Whether each session gets a folder with its reference, because there can be several. */
  hasFolders: boolean;
}

/**
 * Streams a ZIP with everything that is stored about these sessions, one file at a time. A second
 * folder or file of the same name gets " (2)". The stream fails if the database or the store fails.
 * A missing object is only reported in `session.json`.
 */
export const createArchive = (
  deps: ArchiveDeps,
  sessions: ArchivedSessions,
  signal: AbortSignal,
): ReadableStream<Uint8Array> =>
  makeZip(createEntries(deps, sessions, signal), {buffersAreUTF8: true});

async function* createEntries(
  deps: ArchiveDeps,
  {uuids, hasFolders}: ArchivedSessions,
  signal: AbortSignal,
): AsyncGenerator<Entry> {
  // When the consumer stops, this generator ends, which also aborts the file that is being read.
  const stopped = new AbortController();
  const either = AbortSignal.any([signal, stopped.signal]);
  const folders = new ArchiveNames();
  try {
    for await (const uuid of uuids) {
      const folder = hasFolders ? `${folders.assign(uuid.slice(0, REFERENCE_LENGTH))}/` : '';
      for await (const entry of createSessionEntries(deps, uuid, either)) {
        yield {...entry, name: `${folder}${entry.name}`};
      }
    }
  } finally {
    stopped.abort();
  }
}

async function* createSessionEntries(
  {sql, objects}: ArchiveDeps,
  uuid: string,
  signal: AbortSignal,
): AsyncGenerator<Entry> {
  const names = new ArchiveNames(SESSION_JSON);
  const archived: ArchiveStatus = new Map();
  for (const file of await listStoredFiles(sql, uuid)) {
    const input = await objects.get(file.key, signal);
    if (!input) {
      archived.set(file.id, {missing: true});
      continue;
    }
    const name = names.assign(file.name);
    archived.set(file.id, {archived_as: name});
    yield {name, input, lastModified: file.uploadedAt ?? new Date()};
  }
  // Last, because it contains which of the files above were found.
  yield {
    name: SESSION_JSON,
    input: createSessionJson(sql, uuid, archived),
    lastModified: new Date(),
  };
}

import {makeZip} from 'client-zip';

import type {Queryable} from '../database/sql.js';
import {storedFiles} from '../files/store.js';
import type {Bytes, ObjectStore} from '../object-store/object-store.js';
import {ArchiveNames} from './archive-names.js';
import {sessionJson} from './session-json.js';
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

/**
 * Everything stored about these sessions as a ZIP, made while it is read: one file at a time, from
 * the store straight through. Several sessions get a folder each. Ends with an error when database
 * or store fail on the way; a single object that is gone is named in `session.json` instead.
 */
export const createArchive = (
  deps: ArchiveDeps,
  uuids: string[],
  signal: AbortSignal,
): ReadableStream<Uint8Array> => makeZip(entries(deps, uuids, signal), {buffersAreUTF8: true});

async function* entries(
  deps: ArchiveDeps,
  uuids: string[],
  signal: AbortSignal,
): AsyncGenerator<Entry> {
  // A reader that leaves ends this generator, and with it the file that is being read.
  const left = new AbortController();
  const either = AbortSignal.any([signal, left.signal]);
  try {
    for (const uuid of uuids) {
      const folder = uuids.length > 1 ? `${uuid}/` : '';
      for await (const entry of sessionEntries(deps, uuid, either)) {
        yield {...entry, name: `${folder}${entry.name}`};
      }
    }
  } finally {
    left.abort();
  }
}

async function* sessionEntries(
  {sql, objects}: ArchiveDeps,
  uuid: string,
  signal: AbortSignal,
): AsyncGenerator<Entry> {
  const names = new ArchiveNames(SESSION_JSON);
  const archived: ArchiveStatus = new Map();
  for (const file of await storedFiles(sql, uuid)) {
    const input = await objects.get(file.key, signal);
    if (!input) {
      archived.set(file.id, {missing: true});
      continue;
    }
    const name = names.take(file.name);
    archived.set(file.id, {archived_as: name});
    yield {name, input, lastModified: file.uploadedAt ?? new Date()};
  }
  // Last, since it says which of the files above are there.
  yield {
    name: SESSION_JSON,
    input: sessionJson(sql, uuid, archived),
    lastModified: new Date(),
  };
}

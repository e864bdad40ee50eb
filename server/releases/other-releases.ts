import {randomUUID} from 'node:crypto';
import {mkdir, readdir, rename, rm, stat, writeFile} from 'node:fs/promises';
import path from 'node:path';

import type {FastifyBaseLogger} from 'fastify';
import {LRUCache} from 'lru-cache';

import type {Sql} from '../database/sql.js';
import {StatementBatcher} from '../database/statement-batcher.js';
import {DAY_MS, MINUTE_MS} from '../units.js';
import {findFiles, recordUse} from './store.js';
import type {StoredReleaseFile, WantedFile} from './store.js';

const MAX_FOUND = 2_000;
/** Longest time until a release that is being stored now is found. */
const MISSING_MS = MINUTE_MS;
/** Delay before a failed look-up is repeated, for a file that has a copy. */
const RETRY_MS = MINUTE_MS;
const MAX_MISSING = 5_000;
/** Limits the size of a result: each file can have three encodings. */
const MAX_BATCH = 50;

export interface OtherReleasesDeps {
  sql: Sql;
  log: FastifyBaseLogger;
  /** Folder for copies of files from the database; shared by the servers of one data folder. */
  folder: string;
  releaseDays: number;
}

/**
 * Files of releases that this server was not built with. They are stored in the database. The first
 * request for a file copies it into a folder, so that it is served like the files of this release.
 */
export class OtherReleases {
  private readonly missing = new LRUCache<string, true>({max: MAX_MISSING, ttl: MISSING_MS});
  /** Looked up again after a day, which notes the use of the release. */
  private readonly found = new LRUCache<string, string, WantedFile>({
    max: MAX_FOUND,
    ttl: DAY_MS,
    fetchMethod: async (_key, copied, {context, options}) => {
      try {
        return await this.copy(context);
      } catch (error) {
        if (copied === undefined) throw error;
        // Contents never change: the copy is right while the database is unavailable.
        options.ttl = RETRY_MS;
        return copied;
      }
    },
  });
  private readonly lookUps: StatementBatcher<WantedFile, StoredReleaseFile | undefined>;

  constructor(private readonly deps: OtherReleasesDeps) {
    this.lookUps = new StatementBatcher({run: (wanted) => this.find(wanted), maxBatch: MAX_BATCH});
  }

  get folder(): string {
    return this.deps.folder;
  }

  /** Returns true if no look-up is needed to serve the file. */
  isCached(wanted: WantedFile): boolean {
    return this.found.has(getKey(wanted));
  }

  /**
   * Returns the path of the file's copy within the folder, or undefined if no release has the file.
   * @throws the error of the database or the disk.
   */
  async getPath(wanted: WantedFile): Promise<string | undefined> {
    const key = getKey(wanted);
    if (this.missing.has(key)) return undefined;
    const found = await this.found.fetch(key, {context: wanted});
    if (found === undefined) this.missing.set(key, true);
    return found;
  }

  /** Deletes copies that no request has used for `releaseDays`. */
  async sweep(): Promise<void> {
    const {folder, releaseDays} = this.deps;
    await mkdir(folder, {recursive: true, mode: 0o700});
    const entries = await readdir(folder, {recursive: true, withFileTypes: true});
    for (const entry of entries.filter((candidate) => candidate.isFile())) {
      const file = path.join(entry.parentPath, entry.name);
      const copied = await stat(file).catch(() => undefined);
      const ageMs = copied ? Date.now() - copied.mtimeMs : 0;
      if (ageMs > releaseDays * DAY_MS) await rm(file, {force: true});
    }
  }

  private async find(wanted: WantedFile[]): Promise<(StoredReleaseFile | undefined)[]> {
    const files = await findFiles(this.deps.sql, wanted);
    const unnoted = files.flatMap((file) => (file && !file.isUseRecorded ? [file.release] : []));
    for (const release of new Set(unnoted)) void this.noteUse(release);
    return files;
  }

  private async noteUse(release: string): Promise<void> {
    try {
      await recordUse(this.deps.sql, release);
    } catch (error) {
      this.deps.log.warn({err: error, release}, 'failed to record the use of a release');
    }
  }

  private async copy(wanted: WantedFile): Promise<string | undefined> {
    const file = await this.lookUps.add(wanted);
    if (!file) return undefined;
    const name = getKey(wanted);
    const target = path.join(this.folder, name);
    await mkdir(path.dirname(target), {recursive: true, mode: 0o700});
    if (file.gzip) await writeWhole(`${target}.gz`, file.gzip);
    if (file.brotli) await writeWhole(`${target}.br`, file.brotli);
    await writeWhole(target, file.bytes);
    return name;
  }
}

const getKey = ({release, name}: WantedFile): string =>
  release === null ? name : `${release}/${name}`;

/** Writes a partial file and renames it, because another process may be reading the file. */
const writeWhole = async (file: string, bytes: Buffer): Promise<void> => {
  const partial = `${file}.${randomUUID()}.part`;
  await writeFile(partial, bytes, {flag: 'wx', mode: 0o600});
  await rename(partial, file);
};

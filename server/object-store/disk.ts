import {randomBytes} from 'node:crypto';
import {constants} from 'node:fs';
import {access, mkdir, open, rename, rm, rmdir, stat, unlink} from 'node:fs/promises';
import path from 'node:path';

import {MAX_BATCH_KEYS} from './split-into-batches.js';
import {
  undefinedIfAbsent,
  unavailableIfFailed,
  getErrorCode,
  syncFolder,
  writeDurably,
} from './disk-files.js';
import {InvalidKey, StoreUnavailable} from './errors.js';
import {requireExactLength} from './exact-bytes.js';
import {requireKey} from './keys.js';
import type {Bytes, Deletion, DownloadLink, ObjectPage, ObjectStore} from './object-store.js';
import {createSignedPath} from './signed-links.js';
import {walk} from './walk.js';

const PART_NAME = /\.part-[0-9a-f]{16}$/;

const IN_USE_OR_GONE = new Set(['ENOTEMPTY', 'EEXIST', 'ENOENT', 'EBUSY']);

/** Object store in a folder; the slashes in keys become subfolders. */
export class DiskObjects implements ObjectStore {
  private readonly directory: string;
  private readonly publicUrl: string;
  private readonly signingKey: Buffer;

  /** `publicUrl` is the base URL of the server that serves `/objects/…` (see `verifyDownload`). */
  constructor(options: {directory: string; publicUrl: string; signingKey: Buffer}) {
    this.directory = path.resolve(options.directory);
    this.publicUrl = options.publicUrl.replace(/\/+$/, '');
    this.signingKey = options.signingKey;
  }

  async put(key: string, bytes: Bytes, size: number, signal: AbortSignal): Promise<void> {
    const target = this.getPath(key);
    signal.throwIfAborted();
    // A crash leaves only a part file, never an incomplete object under its final name.
    const partial = `${target}.part-${randomBytes(8).toString('hex')}`;
    try {
      await writeDurably(partial, requireExactLength(size, bytes, signal));
      await unavailableIfFailed(rename(partial, target));
      await syncFolder(path.dirname(target));
    } catch (error) {
      await unavailableIfFailed(rm(partial, {force: true}));
      await unavailableIfFailed(this.removeEmptyFolders(partial));
      throw error;
    }
  }

  async get(key: string, signal: AbortSignal): Promise<Bytes | undefined> {
    const handle = await undefinedIfAbsent(open(this.getPath(key)));
    if (!handle) return undefined;
    let isFile = false;
    try {
      isFile = (await handle.stat()).isFile();
    } finally {
      if (!isFile) await handle.close();
    }
    if (!isFile) return undefined;
    return handle.createReadStream({signal});
  }

  async head(key: string): Promise<{size: number} | undefined> {
    const found = await undefinedIfAbsent(stat(this.getPath(key)));
    return found?.isFile() ? {size: found.size} : undefined;
  }

  async delete(keys: string[]): Promise<Deletion> {
    const deletion: Deletion = {deleted: [], failed: []};
    const files = new Map(keys.map((key) => [key, this.getPath(key)]));
    for (const [key, file] of files) {
      const failure = await this.remove(file);
      if (failure) deletion.failed.push({key, code: failure});
      else deletion.deleted.push(key);
    }
    return deletion;
  }

  async *list(prefix: string, startAfter = ''): AsyncIterable<ObjectPage> {
    let objects: ObjectPage['objects'] = [];
    for await (const key of walk(this.directory, prefix, startAfter)) {
      if (PART_NAME.test(key)) continue;
      const found = await undefinedIfAbsent(stat(path.join(this.directory, key)));
      if (!found) continue;
      objects.push({key, size: found.size, lastModified: found.mtime});
      if (objects.length < MAX_BATCH_KEYS) continue;
      yield {objects, serverTime: new Date(), isLast: false};
      objects = [];
    }
    if (objects.length > 0) yield {objects, serverTime: new Date(), isLast: true};
  }

  async createDownloadLink(
    key: string,
    options: {fileName: string; contentType: string; seconds: number},
  ): Promise<DownloadLink> {
    requireKey(key);
    const expires = Math.ceil(Date.now() / 1000) + options.seconds;
    const link = {key, expires: `${expires}`, name: options.fileName, type: options.contentType};
    return {
      url: this.publicUrl + createSignedPath(link, this.signingKey),
      expiresAt: new Date(expires * 1000),
    };
  }

  async abortStaleUploads(prefix: string, olderThan: Date): Promise<number> {
    let removed = 0;
    for await (const key of walk(this.directory, prefix, '')) {
      if (!PART_NAME.test(key)) continue;
      const file = path.join(this.directory, key);
      const found = await undefinedIfAbsent(stat(file));
      if (!found || found.mtime >= olderThan) continue;
      if (!(await this.remove(file))) removed += 1;
    }
    return removed;
  }

  async check(): Promise<void> {
    try {
      await mkdir(this.directory, {recursive: true, mode: 0o700});
      await access(this.directory, constants.R_OK | constants.W_OK | constants.X_OK);
    } catch (error) {
      throw new StoreUnavailable(`The folder ${this.directory} cannot be used`, error);
    }
  }

  async close(): Promise<void> {}

  private getPath(key: string): string {
    requireKey(key);
    if (PART_NAME.test(key)) throw new InvalidKey(key);
    return path.join(this.directory, key);
  }

  /** Returns the error code of a failed removal, or undefined. */
  private async remove(file: string): Promise<string | undefined> {
    try {
      await undefinedIfAbsent(unlink(file));
      await this.removeEmptyFolders(file);
      return undefined;
    } catch (error) {
      return error instanceof StoreUnavailable ? error.name : getErrorCode(error);
    }
  }

  private async removeEmptyFolders(file: string): Promise<void> {
    const folder = path.dirname(file);
    if (folder === this.directory || !folder.startsWith(this.directory + path.sep)) return;
    try {
      await rmdir(folder);
    } catch (error) {
      if (IN_USE_OR_GONE.has(getErrorCode(error))) return;
      throw error;
    }
    await this.removeEmptyFolders(folder);
  }
}

import {randomUUID} from 'node:crypto';
import {mkdir, open, readdir, rm, stat} from 'node:fs/promises';
import path from 'node:path';

import {UPLOAD_MAX_MS} from '../contract/limits.js';
import {unavailableIfFailed, writeAll} from '../object-store/disk-files.js';

/**
 * Temporary folder for files whose length was not announced, because a store must know the length
 * before the bytes. It has at most one file of the maximum size for each concurrent upload.
 */
export class Spool {
  /** Files that this process uses. `sweep` keeps them, even if a clock change makes them old. */
  private readonly inUse = new Set<string>();

  constructor(private readonly directory: string) {}

  /**
   * Writes all bytes to a file, passes them to `use` for one read, and deletes the file. Throws
   * `StoreUnavailable` if the disk fails.
   */
  async buffer<T>(
    bytes: AsyncIterable<Uint8Array>,
    use: (spooled: AsyncIterable<Uint8Array>) => Promise<T>,
  ): Promise<T> {
    await unavailableIfFailed(mkdir(this.directory, {recursive: true, mode: 0o700}));
    const name = randomUUID();
    const file = path.join(this.directory, name);
    this.inUse.add(name);
    try {
      await this.write(file, bytes);
      return await this.read(file, use);
    } finally {
      await rm(file, {force: true});
      this.inUse.delete(name);
    }
  }

  private async write(file: string, bytes: AsyncIterable<Uint8Array>): Promise<void> {
    const handle = await unavailableIfFailed(open(file, 'wx', 0o600));
    try {
      for await (const chunk of bytes) await unavailableIfFailed(writeAll(handle, chunk));
    } finally {
      await handle.close();
    }
  }

  /** Closes the file even if it was not read, because a store can refuse before it reads. */
  private async read<T>(
    file: string,
    use: (spooled: AsyncIterable<Uint8Array>) => Promise<T>,
  ): Promise<T> {
    const handle = await unavailableIfFailed(open(file));
    const bytes = handle.createReadStream();
    try {
      return await use(bytes);
    } finally {
      bytes.destroy();
    }
  }

  /** Deletes files that a killed process left. Newer files may belong to a running process. */
  async sweep(): Promise<void> {
    await mkdir(this.directory, {recursive: true, mode: 0o700});
    for (const name of await readdir(this.directory)) {
      if (this.inUse.has(name)) continue;
      const file = path.join(this.directory, name);
      const found = await stat(file).catch(() => undefined);
      if (found && Date.now() - found.mtimeMs > UPLOAD_MAX_MS) await rm(file, {force: true});
    }
  }
}

import {createReadStream, createWriteStream} from 'node:fs';
import {open, rename, stat} from 'node:fs/promises';
import path from 'node:path';
import {Readable} from 'node:stream';
import {pipeline} from 'node:stream/promises';
import {createGunzip, createGzip} from 'node:zlib';

import {readLines} from '../../text/lines.js';
import {ChainCheck} from './check.js';
import type {ChainedRow, Month} from './check.js';

/** One line of an archive: a row without its IP address, and its place in the chain. */
export type ArchiveLine = Partial<ChainedRow> & {
  id: string;
  /** Sequence number in the chain; absent if the row was never chained. */
  seq?: number;
  hash?: string;
};

export interface Archive {
  month: Month | undefined;
  rows: number;
  unchained: number;
  head: string;
  /** First break of the chain; undefined if the chain is intact. */
  fault: string | undefined;
}

const ARCHIVE_NAME = /audit-(\d{4}-\d{2})(?:-\d+)?\.jsonl\.gz$/;

/** Returns a name that no file has: an archive is never overwritten. */
export const freeArchiveName = async (directory: string, month: Month): Promise<string> => {
  for (let copy = 1; ; copy++) {
    const file = archiveName(directory, month, copy);
    if (!(await exists(file))) return file;
  }
};

/** Returns every file of the month. An interrupted run can leave more than one. */
export const listArchives = async (directory: string, month: Month): Promise<string[]> => {
  const files: string[] = [];
  for (let copy = 1; ; copy++) {
    const file = archiveName(directory, month, copy);
    if (!(await exists(file))) return files;
    files.push(file);
  }
};

const archiveName = (directory: string, month: Month, copy: number): string =>
  path.join(directory, `audit-${month}${copy === 1 ? '' : `-${copy}`}.jsonl.gz`);

const exists = async (file: string): Promise<boolean> => {
  try {
    await stat(file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
};

/** Streams the lines to a partial file and renames it once it is complete and on the disk. */
export const writeArchive = async (
  file: string,
  lines: AsyncIterable<ArchiveLine[]>,
): Promise<void> => {
  const partial = `${file}.part`;
  const text = async function* () {
    for await (const page of lines) {
      if (page.length > 0) yield page.map((line) => `${JSON.stringify(line)}\n`).join('');
    }
  };
  // `flush` calls fsync before the descriptor is closed.
  const target = createWriteStream(partial, {mode: 0o600, flush: true});
  await pipeline(Readable.from(text()), createGzip(), target);
  await rename(partial, file);
  await syncFolder(path.dirname(file));
};

/** Makes a rename durable: a file's name is stored in its folder. */
const syncFolder = async (directory: string): Promise<void> => {
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
};

/** Reads a whole archive and checks its chain. Throws if the file is incomplete. */
export const readArchive = async (file: string): Promise<Archive> => {
  const reader = new ArchiveReader(ARCHIVE_NAME.exec(file)?.[1]);
  await pipeline(createReadStream(file), createGunzip(), async (bytes: AsyncIterable<Buffer>) => {
    const lines = readLines(bytes, {incomplete: () => new Error('its last line is incomplete')});
    for await (const line of lines) reader.add(JSON.parse(line) as ArchiveLine);
  });
  return reader.archive;
};

class ArchiveReader {
  private check: ChainCheck | undefined;
  private unchained = 0;

  constructor(private month: Month | undefined) {}

  get archive(): Archive {
    const {month, unchained, check} = this;
    const {rows, headHash: head, fault} = check ?? new ChainCheck(month ?? '');
    return {month, rows, unchained, head, fault};
  }

  add({seq, hash, ...row}: ArchiveLine): void {
    this.month ??= row.timestamp?.slice(0, 7);
    this.check ??= new ChainCheck(this.month ?? '');
    const whole = row.timestamp === undefined ? undefined : (row as ChainedRow);
    if (seq !== undefined && hash !== undefined) {
      this.check.add({seq, id: row.id, hash: Buffer.from(hash, 'hex'), row: whole});
    } else if (whole) {
      this.unchained++;
      this.check.addUnchained(whole);
    }
  }
}

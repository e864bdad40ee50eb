import {mkdir, open} from 'node:fs/promises';
import type {FileHandle} from 'node:fs/promises';
import path from 'node:path';

import {StoreUnavailable} from './errors.js';
import type {Bytes} from './object-store.js';

/** The disk is full, broken or not ours: the operator's to mend, not the caller's. */
const UNAVAILABLE = new Set([
  'ENOSPC',
  'EDQUOT',
  'EIO',
  'EROFS',
  'EACCES',
  'EPERM',
  'EMFILE',
  'ENFILE',
]);
const ABSENT = new Set(['ENOENT', 'ENOTDIR', 'EISDIR']);

/** A new file, in folders made as needed; on the disk for good when the promise resolves. */
export async function writeDurably(file: string, bytes: Bytes): Promise<void> {
  const handle = await openInNewFolder(file);
  try {
    for await (const chunk of bytes) await writeAll(handle, chunk);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** A deletion next door may take the folder away between making it and using it. */
async function openInNewFolder(file: string, attemptsLeft = 10): Promise<FileHandle> {
  const folder = path.dirname(file);
  try {
    const firstMade = await mkdir(folder, {recursive: true, mode: 0o700});
    if (firstMade) await syncFolders(folder, path.dirname(firstMade));
    return await open(file, 'wx', 0o600);
  } catch (error) {
    if (getErrorCode(error) !== 'ENOENT' || attemptsLeft === 0) throw error;
    return openInNewFolder(file, attemptsLeft - 1);
  }
}

async function writeAll(handle: FileHandle, chunk: Uint8Array): Promise<void> {
  let written = 0;
  while (written < chunk.length) {
    written += (await handle.write(chunk, written, chunk.length - written)).bytesWritten;
  }
}

async function syncFolders(folder: string, upTo: string): Promise<void> {
  await syncFolder(folder);
  if (folder !== upTo) await syncFolders(path.dirname(folder), upTo);
}

/** Without it a power cut may forget the name of a file whose bytes are safe. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await absentIsUndefined(open(folder));
  if (!handle) return;
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

export async function absentIsUndefined<T>(promise: Promise<T>): Promise<T | undefined> {
  try {
    return await promise;
  } catch (error) {
    if (ABSENT.has(getErrorCode(error))) return undefined;
    throw asUnavailable(error);
  }
}

export function asUnavailable(error: unknown): unknown {
  return UNAVAILABLE.has(getErrorCode(error))
    ? new StoreUnavailable('The disk failed', error)
    : error;
}

export function getErrorCode(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'Error';
}

import {mkdir, open} from 'node:fs/promises';
import type {FileHandle} from 'node:fs/promises';
import path from 'node:path';

import {StoreUnavailable} from './errors.js';
import type {Bytes} from './object-store.js';

/** Codes of failures that only the operator can fix: the disk is full, broken or not accessible. */
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

/** Writes a new file and creates missing folders. Its bytes are synced before it resolves. */
export async function writeDurably(file: string, bytes: Bytes): Promise<void> {
  const handle = await unavailableIfFailed(openInNewFolder(file));
  try {
    for await (const chunk of bytes) await unavailableIfFailed(writeAll(handle, chunk));
    await unavailableIfFailed(handle.sync());
  } finally {
    await unavailableIfFailed(handle.close());
  }
}

/** Retries, because a concurrent deletion can remove the folder between `mkdir` and `open`. */
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

export async function writeAll(handle: FileHandle, chunk: Uint8Array): Promise<void> {
  let written = 0;
  while (written < chunk.length) {
    written += (await handle.write(chunk, written, chunk.length - written)).bytesWritten;
  }
}

async function syncFolders(folder: string, upTo: string): Promise<void> {
  await syncFolder(folder);
  if (folder !== upTo) await syncFolders(path.dirname(folder), upTo);
}

/** Syncs a folder. Otherwise a power cut can lose the name of a file whose bytes are synced. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await undefinedIfAbsent(open(folder));
  if (!handle) return;
  try {
    await unavailableIfFailed(handle.sync());
  } finally {
    await unavailableIfFailed(handle.close());
  }
}

export async function undefinedIfAbsent<T>(promise: Promise<T>): Promise<T | undefined> {
  try {
    return await unavailableIfFailed(promise);
  } catch (error) {
    if (ABSENT.has(getErrorCode(error))) return undefined;
    throw error;
  }
}

/**
 * Throws `StoreUnavailable` if an operation on the disk fails. Call it only for such operations,
 * because the codes also occur elsewhere: a socket can fail with `EMFILE`.
 */
export async function unavailableIfFailed<T>(operation: Promise<T>): Promise<T> {
  try {
    return await operation;
  } catch (error) {
    if (!UNAVAILABLE.has(getErrorCode(error))) throw error;
    throw new StoreUnavailable('The disk failed', error);
  }
}

export function getErrorCode(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'Error';
}

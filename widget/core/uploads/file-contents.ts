import type {StoredFile} from '../../../server/contract/files.js';
import {PDF_HEADER_WITHIN_BYTES} from '../../../server/contract/limits.js';

import {toHex} from '../session/uuid.js';
import type {FileRow} from './file-row.js';

/** Decides by the bytes, as the server does. Names and declared types prove nothing. */
export const looksLikePdf = async (file: File) => {
  try {
    const head = await file.slice(0, PDF_HEADER_WITHIN_BYTES).arrayBuffer();
    return new TextDecoder('latin1').decode(head).includes('%PDF-');
  } catch {
    // A folder that was dropped, or a file that was removed meanwhile, cannot be read.
    return false;
  }
};

type Contents = Pick<FileRow, 'file' | 'stored'>;

/**
 * Returns null if the file cannot be read, or on a page without `crypto.subtle`, which browsers offer
 * on secure pages only. Returns undefined if there is no file and nothing is stored.
 */
const digestOf = async ({file, stored}: Contents) => {
  if (!file) return stored?.sha256;
  try {
    const digest = await crypto.subtle.digest('SHA-256', await file.arrayBuffer());
    return toHex(new Uint8Array(digest));
  } catch {
    return null;
  }
};

const hasSameBytes = async (one: Contents, other: Contents) => {
  const digest = await digestOf(one);
  return Boolean(digest) && digest === (await digestOf(other));
};

export const isSameFile = async (file: File, stored: StoredFile) =>
  file.size === stored.size && hasSameBytes({file, stored: null}, {file: null, stored});

/** Compares name and size, otherwise the bytes. */
export const findDuplicate = async (row: FileRow, rows: readonly FileRow[]) => {
  for (const other of rows) {
    if (other === row || other.isRefused || other.size !== row.size) continue;
    if (other.name === row.name || (await hasSameBytes(row, other))) return other;
  }
  return null;
};

/** Returns the row whose file another tab has stored. */
export const findUnstored = async (stored: StoredFile, rows: readonly FileRow[]) => {
  for (const row of rows) {
    if (row.file && !row.stored && (await isSameFile(row.file, stored))) return row;
  }
  return null;
};

import type {StoredFile} from '../../../server/contract/files.js';
import {PDF_HEADER_WITHIN_BYTES} from '../../../server/contract/limits.js';

import {toHex} from '../session/uuid.js';
import type {FileRow} from './file-row.js';

/** Decides by the bytes, as the server does. Names and declared types prove nothing. */
export const looksLikePdf = async (file: File) => {
  try {
    return (await file.slice(0, PDF_HEADER_WITHIN_BYTES).text()).includes('%PDF-');
  } catch {
    // A folder that was dropped, or a file that was removed meanwhile, cannot be read.
    return false;
  }
};

/**
 * Returns null if the file cannot be read, or on a page without `crypto.subtle`, which browsers offer
 * on secure pages only.
 */
const digestOf = async (file: File | null) => {
  try {
    const digest = await crypto.subtle.digest('SHA-256', await file!.arrayBuffer());
    return toHex(new Uint8Array(digest));
  } catch {
    return null;
  }
};

const digestOfRow = ({file, stored}: FileRow) => stored?.sha256 ?? digestOf(file);

export const isSameFile = async (file: File, stored: StoredFile) =>
  file.size === stored.size && (await digestOf(file)) === stored.sha256;

/** Compares name and size, otherwise the bytes. */
export const findDuplicate = async (row: FileRow, rows: readonly FileRow[]) => {
  for (const other of rows) {
    if (other === row || other.isRefused || other.size !== row.size) continue;
    if (other.name === row.name) return other;
    const digest = await digestOfRow(row);
    if (digest && digest === (await digestOfRow(other))) return other;
  }
  return null;
};

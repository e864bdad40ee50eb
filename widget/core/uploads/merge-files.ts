import type {StoredFile} from '../../../server/contract/files.js';

import {isSameFile} from './file-contents.js';
import {asStored, newRow} from './file-row.js';
import type {FileRow} from './file-row.js';
import type {Uploads} from './uploads.js';

/**
 * Takes over what other tabs have stored or deleted since `before`. Files that wait here stay,
 * unless another tab has stored the same ones.
 */
export const mergeFiles = async (
  uploads: Readonly<Uploads>,
  files: StoredFile[],
  before: Set<string>,
) => {
  for (const stored of files.filter(({id}) => !before.has(id))) {
    const row = await findUnstored(stored, uploads.rows);
    // The response to an upload of this tab may have come meanwhile.
    if (uploads.storedIds.has(stored.id) || row?.state === 'uploading') continue;
    if (row) uploads.change(row, asStored(stored));
    else uploads.replace([...uploads.rows, storedRow(stored)]);
  }
  const kept = files.map(({id}) => id);
  const isGone = (id: string) => before.has(id) && !kept.includes(id);
  uploads.replace(uploads.rows.filter(({stored}) => !stored || !isGone(stored.id)));
};

/** Returns the row of a file that this page has not uploaded. */
export const storedRow = (stored: StoredFile): FileRow => ({
  ...newRow(stored.name, stored.size, null),
  ...asStored(stored),
});

/** Returns the row whose file another tab has stored. */
const findUnstored = async (stored: StoredFile, rows: readonly FileRow[]) => {
  for (const row of rows) {
    if (row.file && !row.stored && (await isSameFile(row.file, stored))) return row;
  }
  return null;
};

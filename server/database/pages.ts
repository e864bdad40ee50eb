export const PAGE_ROWS = 500;

/**
 * A long table page by page, each read after the last row of the one before: no memory, connection
 * or snapshot is held while somebody works with a page, and no query grows with the table.
 */
export async function* pages<T>(read: (last: T | undefined) => Promise<T[]>): AsyncGenerator<T[]> {
  for (let last: T | undefined; ;) {
    const rows = await read(last);
    yield rows;
    if (rows.length < PAGE_ROWS) return;
    last = rows.at(-1);
  }
}

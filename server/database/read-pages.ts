export const PAGE_ROWS = 500;

/**
 * Reads a long table in pages. Each page starts after the last row of the previous page. Between
 * pages no connection or snapshot stays open, and no query grows with the table.
 */
export async function* readPages<T>(
  read: (last: T | undefined) => Promise<T[]>,
): AsyncGenerator<T[]> {
  for (let last: T | undefined; ;) {
    const rows = await read(last);
    yield rows;
    if (rows.length < PAGE_ROWS) return;
    last = rows.at(-1);
  }
}

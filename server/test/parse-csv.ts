const CELL = /("(?:[^"]|"")*"|[^,\r\n]*)(,|\r?\n|\r?$)/gy;

/** Returns the cells of CSV (RFC 4180), by row. */
export const parseCsv = (csv: string): string[][] => {
  const rows: string[][] = [[]];
  for (const [whole, cell = '', end] of csv.matchAll(CELL)) {
    if (whole === '') break;
    rows.at(-1)!.push(cell.replace(/^"|"$/g, '').replaceAll('""', '"'));
    if (end !== ',') rows.push([]);
  }
  return rows;
};

import {usageError} from './command.js';
import type {CommandDeps} from './command.js';
import {printable, printableCell} from './printable.js';

export type Row = Record<string, string | number | boolean | object | null>;
export type Format = 'table' | 'json' | 'csv';

type Print = CommandDeps['print'];

/** `--format` as it was given. */
export const readFormat = (given: string): Format => {
  if (given === 'table' || given === 'json' || given === 'csv') return given;
  throw usageError(`--format takes table, json or csv, but is "${given}".`);
};

/** Prints rows as they come, page by page, however many there are. */
export const printRows = async (
  print: Print,
  format: Format,
  columns: string[],
  pages: AsyncIterable<Row[]>,
): Promise<void> => {
  await PRINTERS[format](print, columns, pages);
};

/** What is short enough to be read at once. */
export async function* onePage(rows: Row[]): AsyncGenerator<Row[]> {
  yield rows;
}

/** One row a line, so that it can be read both as a whole and line by line. */
const printJson = async (print: Print, _columns: string[], pages: AsyncIterable<Row[]>) => {
  let held: string | undefined;
  await print('[');
  for await (const rows of pages) {
    for (const row of rows) {
      if (held !== undefined) await print(`${held},`);
      held = JSON.stringify(row);
    }
  }
  if (held !== undefined) await print(held);
  await print(']');
};

/** RFC 4180. */
const printCsv = async (print: Print, columns: string[], pages: AsyncIterable<Row[]>) => {
  await print(`${columns.join(',')}\r`);
  for await (const rows of pages) {
    for (const row of rows) await print(`${columns.map((one) => csvCell(row[one])).join(',')}\r`);
  }
};

/** A list as its parts, anything else that is nested as JSON; the JSON format keeps both whole. */
const cellText = (value: Row[string] | undefined): string | undefined => {
  if (Array.isArray(value)) return value.join(' ');
  if (typeof value === 'object' && value !== null) return JSON.stringify(value);
  return value === undefined || value === null ? undefined : String(value);
};

const BEFORE_FORMULA = /^[\s\p{Default_Ignorable_Code_Point}]+/u;

/** Spreadsheets ignore what is invisible in front, and some read the signs in full width. */
const isFormula = (text: string): boolean =>
  /^[=+\-\u2212@]/.test(text.replace(BEFORE_FORMULA, '').normalize('NFKC'));

const csvCell = (value: Row[string] | undefined): string => {
  const text = printable((cellText(value) ?? '').replaceAll('\r', '\\u000d'));
  // A spreadsheet takes these for formulas, and visitors choose their names.
  const plain = typeof value !== 'number' && isFormula(text) ? `'${text}` : text;
  return /[",\n]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
};

/** As wide as the first page needs; a longer value further down moves its line alone. */
const printTable = async (print: Print, columns: string[], pages: AsyncIterable<Row[]>) => {
  let widths: number[] | undefined;
  const line = (cells: string[]) =>
    print(
      cells
        .map((cell, i) => cell.padEnd(widths?.[i] ?? 0))
        .join('  ')
        .trimEnd(),
    );
  for await (const rows of pages) {
    const cells = rows.map((row) => columns.map((one) => printableCell(cellText(row[one]) ?? '–')));
    if (!widths) {
      widths = columns.map((one, i) => Math.max(one.length, ...cells.map((row) => row[i]!.length)));
      await line(columns);
    }
    for (const row of cells) await line(row);
  }
};

const PRINTERS = {table: printTable, json: printJson, csv: printCsv};

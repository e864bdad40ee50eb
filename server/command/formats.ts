import {createUsageError} from './command.js';
import type {CommandDeps} from './command.js';
import {escapeUnprintable, escapeCell} from './printable.js';

export type Row = Record<string, string | number | boolean | object | null>;
export type Format = 'table' | 'json' | 'csv';

type Print = CommandDeps['print'];

/** Returns the value of `--format`. Throws if it is invalid. */
export const parseFormat = (given: string): Format => {
  if (given === 'table' || given === 'json' || given === 'csv') return given;
  throw createUsageError(`Invalid --format "${given}". Pass table, json or csv.`);
};

/** Prints any number of rows, page by page. */
export const printRows = async (
  print: Print,
  format: Format,
  columns: string[],
  pages: AsyncIterable<Row[]>,
): Promise<void> => {
  await PRINTERS[format](print, columns, pages);
};

/** Yields rows that are few enough for one page. */
export async function* toSinglePage(rows: Row[]): AsyncGenerator<Row[]> {
  yield rows;
}

/** Prints a JSON array with one row per line, so that programs can also parse line by line. */
const printJson = async (print: Print, _columns: string[], pages: AsyncIterable<Row[]>) => {
  let previous: string | undefined;
  await print('[');
  for await (const rows of pages) {
    for (const row of rows) {
      if (previous !== undefined) await print(`${previous},`);
      previous = JSON.stringify(row);
    }
  }
  if (previous !== undefined) await print(previous);
  await print(']');
};

const printCsv = async (print: Print, columns: string[], pages: AsyncIterable<Row[]>) => {
  for await (const line of csvLines(columns, pages)) await print(line);
};

/** Yields the lines of CSV (RFC 4180), each without its line feed. */
export async function* csvLines(
  columns: string[],
  pages: AsyncIterable<Row[]>,
): AsyncGenerator<string> {
  yield `${columns.join(',')}\r`;
  for await (const rows of pages) {
    for (const row of rows) yield `${columns.map((column) => csvCell(row[column])).join(',')}\r`;
  }
}

/** Returns the text of a cell: a list separated by spaces, another nested value as JSON. */
const formatCell = (value: Row[string] | undefined): string | undefined => {
  if (Array.isArray(value)) return value.join(' ');
  if (typeof value === 'object' && value !== null) return JSON.stringify(value);
  return value === undefined || value === null ? undefined : String(value);
};

const BEFORE_FORMULA = /^[\s\p{Default_Ignorable_Code_Point}]+/u;

/**
 * Spreadsheets ignore invisible characters in front, and some accept full-width signs. OWASP (CSV
 * injection) also names a tab at the start.
 */
const isFormula = (text: string): boolean =>
  text.startsWith('\t') ||
  /^[=+\-\u2212@]/.test(text.replace(BEFORE_FORMULA, '').normalize('NFKC'));

const csvCell = (value: Row[string] | undefined): string => {
  const text = escapeUnprintable((formatCell(value) ?? '').replaceAll('\r', '\\u000d'));
  // A spreadsheet would run a formula, and visitors choose their names.
  const plain = typeof value !== 'number' && isFormula(text) ? `'${text}` : text;
  return /[",\n]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
};

/** Column widths come from the first page. A longer value on a later page shifts only its row. */
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
    const cells = rows.map((row) =>
      columns.map((column) => escapeCell(formatCell(row[column]) ?? '–')),
    );
    if (!widths) {
      widths = columns.map((column, i) =>
        Math.max(column.length, ...cells.map((row) => row[i]!.length)),
      );
      await line(columns);
    }
    for (const row of cells) await line(row);
  }
};

const PRINTERS = {table: printTable, json: printJson, csv: printCsv};

/**
 * Array types of our queries, with PostgreSQL's fixed type numbers and a parser for the elements.
 * Without this list the driver queries them on each new connection, and awaits the result nowhere.
 * A connection that is lost during that query would end the process.
 */
export const ARRAY_TYPES = {
  int: {oid: 1007, element: Number},
  text: {oid: 1009, element: String},
  // A string, as the driver returns single values: a number would be inexact above 2^53.
  bigint: {oid: 1016, element: String},
  float8: {oid: 1022, element: Number},
  inet: {oid: 1041, element: String},
  date: {oid: 1182, element: String},
  // A string, because a `Date` would cut off the microseconds.
  timestamptz: {oid: 1185, element: String},
  uuid: {oid: 2951, element: String},
} as const;

/** Returns the driver's option `types`. */
export const arrayTypes = () =>
  Object.fromEntries(
    Object.entries(ARRAY_TYPES).map(([name, {oid, element}]) => [
      `${name}_array`,
      {
        to: oid,
        from: [oid],
        serialize: arrayLiteral,
        parse: (literal: string) => arrayElements(literal, element),
      },
    ]),
  );

const SPECIAL = /["\\]/;
const EACH_SPECIAL = /["\\]/g;

type Element = string | number | null | undefined;

/** Serialises an array of one dimension. A text is already a literal and stays as it is. */
const arrayLiteral = (elements: readonly Element[] | string): string =>
  typeof elements === 'string' ? elements : `{${elements.map(elementLiteral).join(',')}}`;

const elementLiteral = (element: Element): string => {
  if (element === undefined)
    throw new TypeError(
      'An array for the database contains undefined. Expected are values or null. Use null.',
    );
  if (element === null) return 'null';
  if (typeof element === 'number') return String(element);
  // Quoted, so that commas, braces and the word NULL are read as text.
  return SPECIAL.test(element) ? `"${element.replaceAll(EACH_SPECIAL, '\\$&')}"` : `"${element}"`;
};

/** An element of an array literal: in quotes, with backslash escapes, or unquoted. */
const ELEMENT = /"((?:[^"\\]|\\.)*)"|([^{},]+)/gs;

const arrayElements = (literal: string, element: (text: string) => unknown): unknown[] =>
  Array.from(literal.matchAll(ELEMENT), ([, quoted, unquoted = '']) => {
    if (quoted !== undefined) return element(quoted.replace(/\\(.)/gs, '$1'));
    return unquoted === 'NULL' ? null : element(unquoted);
  });

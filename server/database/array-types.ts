/**
 * The array types of our queries, each with the type of its elements, by PostgreSQL's fixed numbers.
 * Listed, for what the driver does instead is to ask on each new connection and to wait for the
 * answer nowhere: a connection that dies meanwhile would end the process.
 */
export const ARRAY_TYPES = {
  int: {oid: 1007, element: Number},
  text: {oid: 1009, element: String},
  // Beyond the numbers that JavaScript counts exactly: a text, as the driver gives a single one.
  bigint: {oid: 1016, element: String},
  float8: {oid: 1022, element: Number},
  inet: {oid: 1041, element: String},
  date: {oid: 1182, element: String},
  // A text: a `Date` would cut the microseconds.
  timestamptz: {oid: 1185, element: String},
  uuid: {oid: 2951, element: String},
} as const;

/** For the driver's option `types`. */
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

/** Of one dimension, which is all that we have. A literal that is one already stays as it is. */
const arrayLiteral = (elements: readonly Element[] | string): string =>
  typeof elements === 'string' ? elements : `{${elements.map(elementLiteral).join(',')}}`;

const elementLiteral = (element: Element): string => {
  if (element === undefined) throw new TypeError('An array for the database has a hole.');
  if (element === null) return 'null';
  if (typeof element === 'number') return String(element);
  // Quoted, so that no comma, brace or word such as NULL is anything but text.
  return SPECIAL.test(element) ? `"${element.replaceAll(EACH_SPECIAL, '\\$&')}"` : `"${element}"`;
};

/** Either in quotes, with backslashes before what would end them, or bare. */
const ELEMENT = /"((?:[^"\\]|\\.)*)"|([^{},]+)/gs;

const arrayElements = (literal: string, element: (text: string) => unknown): unknown[] =>
  Array.from(literal.matchAll(ELEMENT), ([, quoted, bare = '']) => {
    if (quoted !== undefined) return element(quoted.replace(/\\(.)/gs, '$1'));
    return bare === 'NULL' ? null : element(bare);
  });

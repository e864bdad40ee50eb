/** Returns the decimal separator of a language. */
export const decimalOf = (locale: string) => (1.5).toLocaleString(locale).charAt(1);

/**
 * Returns the number that a visitor has typed with any separators; NaN if it is none. The separator
 * of the visitor's language counts as the decimal one. Another single separator groups thousands if
 * three digits follow it: `1.500` is 1500 in German, and `1.5` is one and a half in every language.
 */
export const parseNumber = (typed: string, locale: string) => {
  const text = toLatinDigits(typed)
    .replace(/[\s'’٬]/gu, '')
    .replace(/[−–]/, '-')
    .replace('٫', decimalOf(locale));
  if (!/^[+-]?[\d.,]*\d[.,]?$/.test(text)) return NaN;
  const separators: string[] = text.match(/[.,]/g) ?? [];
  const groups = text.split(/[.,]/);
  const last = separators.at(-1);
  const isOnlyOne = separators.indexOf(last!) === separators.length - 1;
  const isDecimal =
    isOnlyOne &&
    (last === decimalOf(locale) || separators.length > 1 || groups.at(-1)!.length !== 3);
  const fraction = last && isDecimal ? groups.pop() : '';
  return Number(`${groups.join('')}.${fraction}`);
};

/** Returns a text with the digits 0 to 9 instead of those of other scripts, such as ٣. */
const toLatinDigits = (text: string): string =>
  text.replace(/\p{Nd}/gu, (digit) => {
    let before = 0;
    // Unicode has the ten digits of a script one after the other.
    while (isDigit(digit.codePointAt(0)! - before - 1)) before++;
    return String(before % 10);
  });

const isDigit = (code: number): boolean => /\p{Nd}/u.test(String.fromCodePoint(code));

import {baseOf, toLocale} from './interpolate.js';
import type {Language} from './languages.js';

const MEBIBYTE = 1024 * 1024;

interface Formatter<Values extends unknown[]> {
  format(...values: Values): string;
}

const formatters = new Map<string, unknown>();

/**
 * Returns the tag for numbers, dates and times: the first of the browser's tags that has the language,
 * because `en-GB` has other dates than `en`. The first view does without it, as it takes long.
 */
export const localeOf = ({tag}: Language) => {
  const own = [...navigator.languages, tag].find((one) => baseOf(one) === baseOf(tag))!;
  // Numbers in texts, such as those of steps, are written without a formatter, in Latin digits.
  return new Intl.Locale(toLocale(own)!, {numberingSystem: 'latn'}).toString();
};

/** Formats values with a formatter of `Intl`, which is created once because that takes long. */
export const format = <Values extends unknown[], Options extends object>(
  Type: new (locale: string, options: Options) => Formatter<Values>,
  language: Language,
  options: NoInfer<Options>,
  ...values: NoInfer<Values>
) => {
  // Not as JSON, which scripts of the page may have changed.
  const locale = localeOf(language);
  const key = locale + Object.entries(options).join();
  if (!formatters.has(key)) formatters.set(key, new Type(locale, options));
  return (formatters.get(key) as Formatter<Values>).format(...values);
};

export const formatSize = (bytes: number, language: Language) => {
  const isLarge = bytes >= MEBIBYTE;
  const unit = isLarge ? 'megabyte' : 'kilobyte';
  const size = isLarge ? bytes / MEBIBYTE : Math.ceil(bytes / 1024);
  const options = {style: 'unit', unit, maximumFractionDigits: 1} as const;
  return format(Intl.NumberFormat, language, options, size);
};

export const formatPercent = (percent: number, language: Language) =>
  format(Intl.NumberFormat, language, {style: 'percent'}, percent / 100);

const MEBIBYTE = 1024 * 1024;

interface Formatter<Values extends unknown[]> {
  format(...values: Values): string;
}

const formatters = new Map<string, unknown>();

/** Formats values with a formatter of `Intl`, which is created once because that takes long. */
export const format = <Values extends unknown[], Options extends object>(
  Type: new (locale: string, options: Options) => Formatter<Values>,
  locale: string,
  options: NoInfer<Options>,
  ...values: NoInfer<Values>
) => {
  // Not as JSON, which scripts of the page may have changed.
  const key = locale + Object.entries(options).join();
  if (!formatters.has(key)) formatters.set(key, new Type(locale, options));
  return (formatters.get(key) as Formatter<Values>).format(...values);
};

export const formatSize = (bytes: number, locale: string) => {
  const isLarge = bytes >= MEBIBYTE;
  const unit = isLarge ? 'megabyte' : 'kilobyte';
  const size = isLarge ? bytes / MEBIBYTE : Math.ceil(bytes / 1024);
  const options = {style: 'unit', unit, maximumFractionDigits: 1} as const;
  return format(Intl.NumberFormat, locale, options, size);
};

export const formatPercent = (percent: number, locale: string) =>
  format(Intl.NumberFormat, locale, {style: 'percent'}, percent / 100);

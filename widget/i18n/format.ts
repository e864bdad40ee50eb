const MEBIBYTE = 1024 * 1024;

const formatters = new Map<string, unknown>();

/** Returns a formatter that is created once for each key, because creating one takes long. */
export const cached = <T>(key: string, create: () => T): T => {
  if (!formatters.has(key)) formatters.set(key, create());
  return formatters.get(key) as T;
};

export const formatNumber = (value: number, locale: string, options: Intl.NumberFormatOptions) =>
  cached(locale + JSON.stringify(options), () => new Intl.NumberFormat(locale, options)).format(
    value,
  );

export const formatDate = (
  at: Date | number,
  locale: string,
  options: Intl.DateTimeFormatOptions,
) =>
  cached(locale + JSON.stringify(options), () => new Intl.DateTimeFormat(locale, options)).format(
    at,
  );

export const formatSize = (bytes: number, locale: string, per = '') => {
  const isLarge = bytes >= MEBIBYTE;
  return formatNumber(isLarge ? bytes / MEBIBYTE : Math.ceil(bytes / 1024), locale, {
    style: 'unit',
    unit: (isLarge ? 'megabyte' : 'kilobyte') + per,
    maximumFractionDigits: isLarge ? 1 : 0,
  });
};

export const formatPercent = (percent: number, locale: string) =>
  formatNumber(percent / 100, locale, {style: 'percent'});

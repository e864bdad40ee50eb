const MEBIBYTE = 1024 * 1024;

const formatters = new Map<string, unknown>();

/** Returns a formatter that is created once for each key, because creating one takes long. */
export const cached = <T>(key: string, create: () => T): T => {
  if (!formatters.has(key)) formatters.set(key, create());
  return formatters.get(key) as T;
};

export const formatSize = (bytes: number, tag: string, per = '') => {
  const isLarge = bytes >= MEBIBYTE;
  const unit = (isLarge ? 'megabyte' : 'kilobyte') + per;
  const maximumFractionDigits = isLarge ? 1 : 0;
  const options = {style: 'unit', unit, maximumFractionDigits} as const;
  return cached(tag + unit, () => new Intl.NumberFormat(tag, options)).format(
    isLarge ? bytes / MEBIBYTE : Math.ceil(bytes / 1024),
  );
};

export const formatPercent = (percent: number, tag: string) =>
  cached(`${tag}%`, () => new Intl.NumberFormat(tag, {style: 'percent'})).format(percent / 100);

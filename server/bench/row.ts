/** A figure and its limit, both from this run. */
export interface Row {
  what: string;
  figure: string;
  target: string;
  isMet: boolean;
  /**
   * Kind of the row; absent if the figure is judged. A comparison has no limit.
   */
  kind?: 'comparison' | 'not measured';
}

export const atMost = (what: string, value: number, limit: number, more = ''): Row => ({
  what,
  figure: `${formatFigure(value)}${more}`,
  target: `at most ${limit}`,
  isMet: value <= limit,
});

export const atLeast = (what: string, value: number, limit: number, more = ''): Row => ({
  what,
  figure: `${formatFigure(value)}${more}`,
  target: `at least ${limit}`,
  isMet: value >= limit,
});

export const comparison = (what: string, figure: string): Row => ({
  what,
  figure,
  target: 'none',
  isMet: true,
  kind: 'comparison',
});

export const notMeasured = (what: string, target: string, reason: string): Row => ({
  what,
  figure: reason,
  target,
  isMet: false,
  kind: 'not measured',
});

/** Formats a figure with two decimals up to ten, and with one above. */
export const formatFigure = (value: number): string => {
  if (Number.isInteger(value)) return String(value);
  return value.toFixed(Math.abs(value) < 10 ? 2 : 1);
};

export const median = (values: number[]): number => percentile(values, 0.5);

export const percentile = (values: number[], share: number): number => {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
};

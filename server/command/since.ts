import {usageError} from './command.js';

const UNITS_MS: Record<string, number> = {m: 60_000, h: 3_600_000, d: 86_400_000};

/** Returns the time of `--since`: a day, a time or an age. Throws if it is invalid. */
export const readSince = (given: string, now = Date.now()): Date => {
  const [, count, unit] = /^(\d{1,6})([mhd])$/.exec(given) ?? [];
  if (count && unit) return new Date(now - Number(count) * (UNITS_MS[unit] ?? 0));
  const time = /^\d{4}-\d{2}-\d{2}/.test(given) ? new Date(given) : undefined;
  if (time && !Number.isNaN(time.getTime())) return time;
  throw usageError(
    `Invalid --since "${given}". Pass a day (2026-11-21), a time (2026-11-21T09:30:00Z) or an age (30m, 24h, 7d).`,
  );
};

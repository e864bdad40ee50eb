import {DAY_MS, HOUR_MS, MINUTE_MS} from '../units.js';
import {createUsageError} from './command.js';

const UNITS_MS: Record<string, number> = {m: MINUTE_MS, h: HOUR_MS, d: DAY_MS};

/** Returns the time of `--since`: a day, a time or an age. Throws if it is invalid. */
export const parseSince = (given: string, now = Date.now()): Date => {
  const [, count, unit] = /^(\d{1,6})([mhd])$/.exec(given) ?? [];
  if (count && unit) return new Date(now - Number(count) * (UNITS_MS[unit] ?? 0));
  const time = /^\d{4}-\d{2}-\d{2}/.test(given) ? new Date(given) : undefined;
  if (time && !Number.isNaN(time.getTime())) return time;
  throw createUsageError(
    `Invalid --since "${given}". Pass a day (2026-11-21), a time (2026-11-21T09:30:00Z) or an age (30m, 24h, 7d).`,
  );
};

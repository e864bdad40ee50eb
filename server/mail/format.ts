import {HOUR_MS, MEBIBYTE, MINUTE_MS} from '../units.js';

/** Formats whole hours in hours, and every other time in minutes (rounded down, at least 1). */
export const formatTime = (ms: number, language: string): string => {
  const inHours = ms >= HOUR_MS && ms % HOUR_MS === 0;
  return new Intl.NumberFormat(language, {
    style: 'unit',
    unit: inHours ? 'hour' : 'minute',
    unitDisplay: 'long',
  }).format(inHours ? ms / HOUR_MS : Math.max(1, Math.floor(ms / MINUTE_MS)));
};

/** Formats a size like the chat: in kB of 1,024 bytes (rounded up), or in MB from one MB. */
export const formatSize = (bytes: number, language: string): string => {
  const isLarge = bytes >= MEBIBYTE;
  return new Intl.NumberFormat(language, {
    style: 'unit',
    unit: isLarge ? 'megabyte' : 'kilobyte',
    maximumFractionDigits: isLarge ? 1 : 0,
  }).format(isLarge ? bytes / MEBIBYTE : Math.ceil(bytes / 1024));
};

/** Formats a time of day in UTC for e-mails to site owners, which are in English. */
export const formatUtc = (at: Date): string => {
  const time = new Intl.DateTimeFormat('en-GB', {
    dateStyle: 'medium',
    timeStyle: 'short',
    timeZone: 'UTC',
  });
  return `${time.format(at)} UTC`;
};

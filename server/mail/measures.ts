import {MEBIBYTE} from '../config/environment.js';

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

/** In hours, or in minutes where an hour would say too little or too much. */
export const formatTime = (ms: number, language: string): string => {
  const inHours = ms >= HOUR_MS && ms % HOUR_MS === 0;
  return new Intl.NumberFormat(language, {
    style: 'unit',
    unit: inHours ? 'hour' : 'minute',
    unitDisplay: 'long',
  }).format(inHours ? ms / HOUR_MS : Math.max(1, Math.floor(ms / MINUTE_MS)));
};

/** As the chat shows it: in kB of 1,024 bytes, rounded up, and from one MB on in those. */
export const formatSize = (bytes: number, language: string): string => {
  const isLarge = bytes >= MEBIBYTE;
  return new Intl.NumberFormat(language, {
    style: 'unit',
    unit: isLarge ? 'megabyte' : 'kilobyte',
    maximumFractionDigits: isLarge ? 1 : 0,
  }).format(isLarge ? bytes / MEBIBYTE : Math.ceil(bytes / 1024));
};

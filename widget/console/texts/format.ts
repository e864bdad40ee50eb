import {html} from 'lit/html.js';
import type {TemplateResult} from 'lit/html.js';

import {formatTag, say} from './texts.js';

const formatters = new Map<string, Intl.DateTimeFormat>();

const formatDate = (date: Date, options: Intl.DateTimeFormatOptions): string => {
  const key = formatTag() + JSON.stringify(options);
  let formatter = formatters.get(key);
  if (!formatter) formatters.set(key, (formatter = new Intl.DateTimeFormat(formatTag(), options)));
  return formatter.format(date);
};

/** Returns the exact time, such as 12 Nov 2026, 10:14. */
export const exactTime = (time: string | Date): string =>
  formatDate(new Date(time), {dateStyle: 'medium', timeStyle: 'short'});

export const exactDay = (time: string | Date): string =>
  formatDate(new Date(time), {dateStyle: 'medium'});

/** Returns the day of a date without a time, which is the same in every time zone. */
export const dayOf = (day: string, options: Intl.DateTimeFormatOptions = {dateStyle: 'medium'}) =>
  formatDate(new Date(`${day.slice(0, 10)}T12:00:00Z`), {...options, timeZone: 'UTC'});

/** Shows the time of today, and the day of an earlier time. The tooltip has both. */
export const shortTime = (time: string): TemplateResult => {
  const date = new Date(time);
  const today = new Date();
  const isToday = date.toDateString() === today.toDateString();
  const isThisYear = date.getFullYear() === today.getFullYear();
  const day = isThisYear
    ? ({day: 'numeric', month: 'short'} as const)
    : {dateStyle: 'medium' as const};
  const text = formatDate(date, isToday ? {timeStyle: 'short'} : day);
  return html`<time datetime=${time} title="${exactTime(date)} (${relativeTime(date)})"
    >${text}</time
  >`;
};

/** Shows the exact time, with the time from now in the tooltip. */
export const fullTime = (time: string): TemplateResult =>
  html`<time datetime=${time} title=${relativeTime(new Date(time))}>${exactTime(time)}</time>`;

const UNITS = [
  ['year', 31_536_000],
  ['month', 2_592_000],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
] as const;

/** Returns the time from now, such as 4 minutes ago. */
export const relativeTime = (date: Date): string => {
  const seconds = (date.getTime() - Date.now()) / 1_000;
  const [unit, length] = UNITS.find(([, length]) => Math.abs(seconds) >= length) ?? ['second', 1];
  const formatter = new Intl.RelativeTimeFormat(formatTag(), {numeric: 'auto'});
  return unit === 'second'
    ? formatter.format(0, unit)
    : formatter.format(Math.trunc(seconds / length), unit);
};

const MEBIBYTE = 1024 * 1024;

export const formatSize = (bytes: number): string => {
  const isLarge = bytes >= MEBIBYTE;
  const size = isLarge ? bytes / MEBIBYTE : Math.ceil(bytes / 1024);
  const unit = isLarge ? 'megabyte' : 'kilobyte';
  return new Intl.NumberFormat(formatTag(), {style: 'unit', unit, maximumFractionDigits: 1}).format(
    size,
  );
};

export const formatPercent = (share: number): string =>
  new Intl.NumberFormat(formatTag(), {style: 'percent', maximumFractionDigits: 0}).format(share);

export const formatCount = (count: number): string =>
  new Intl.NumberFormat(formatTag()).format(count);

/** Returns the name of a language in the language of the console, or in another one. */
export const languageName = (tag: string, inLanguage = formatTag()): string => {
  try {
    return new Intl.DisplayNames([inLanguage], {type: 'language'}).of(tag) ?? tag;
  } catch {
    return tag;
  }
};

/** Returns a text about the number of something that is counted only up to a limit. */
export const formatUpTo = (count: number, more: boolean): string =>
  more ? say('moreThan', {count}) : formatCount(count);

import {fill, formatPercent, formatSize} from '../texts.js';
import type {Texts} from '../locales/en.js';
import type {Language, TextKey} from '../texts.js';
import {goesOn} from '../uploads.js';
import type {FileReason, FileRow, Uploads} from '../uploads.js';

export const stateText = ({limits}: Uploads, row: FileRow, {texts, tag}: Language) => {
  if (row.state === 'uploading') {
    return fill(texts, 'uploading', {percent: formatPercent(row.percent, tag)});
  }
  if (!row.reason) return texts[row.state as 'queued' | 'success'];
  const size = formatSize(limits.maxFileBytes, tag);
  return fill(texts, row.state === 'queued' ? 'fileOffline' : reasonKey(row.reason, texts), {size});
};

/** Reasons with words of their own; the others are told by what the visitor can do about them. */
const reasonKey = (reason: FileReason, texts: Texts): TextKey => {
  // Without an answer, it may as well be the server that is away.
  if (goesOn(reason)) return 'fileBusy';
  return reason in texts ? (reason as TextKey) : 'fileFailed';
};

type Speed = Pick<FileRow, 'bytesPerSecond' | 'secondsLeft'>;

/** How fast, and for how long still; nothing before it has been measured. */
export const paceText = ({bytesPerSecond, secondsLeft}: Speed, {texts, tag}: Language) => {
  if (!secondsLeft) return '';
  const isLong = secondsLeft > 90;
  const time = new Intl.NumberFormat(tag, {style: 'unit', unit: isLong ? 'minute' : 'second'});
  const left = time.format(isLong ? Math.ceil(secondsLeft / 60) : secondsLeft);
  const pace = formatSize(bytesPerSecond, tag, '-per-second');
  return `${pace} · ${fill(texts, 'timeLeft', {time: left})}`;
};

import {interpolate, formatPercent, formatSize} from '../../i18n/languages.js';
import type {Texts} from '../../i18n/locales/en.js';
import type {Language, TextKey} from '../../i18n/languages.js';
import {isWaiting} from '../../core/uploads/uploads.js';
import type {FileReason, FileRow, Uploads} from '../../core/uploads/uploads.js';

export const stateText = ({limits}: Uploads, row: FileRow, {texts, tag}: Language) => {
  if (row.reason) {
    const size = formatSize(limits.maxFileBytes, tag);
    return interpolate(texts, reasonKey(row.reason, texts), {size});
  }
  if (row.state !== 'uploading') return texts[row.state as 'queued' | 'success' | 'removing'];
  if (row.percent === 0) return texts.uploadStarts;
  return interpolate(texts, 'uploading', {percent: formatPercent(row.percent, tag)});
};

/** Reasons with words of their own; the others are told by what the visitor can do about them. */
const reasonKey = (reason: FileReason, texts: Texts): TextKey => {
  if (reason === 'offline') return 'fileOffline';
  if (isWaiting(reason)) return 'fileBusy';
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
  return `${pace} · ${interpolate(texts, 'timeLeft', {time: left})}`;
};

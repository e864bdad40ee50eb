import {isWaiting} from '../../core/uploads/file-row.js';
import type {FileReason, FileRow} from '../../core/uploads/file-row.js';
import type {Uploads} from '../../core/uploads/uploads.js';
import {formatPercent, formatSize} from '../../i18n/format.js';
import {interpolate} from '../../i18n/interpolate.js';
import type {Language, TextKey} from '../../i18n/languages.js';
import type {Texts} from '../../i18n/locales/en.js';

export const stateText = ({limits}: Readonly<Uploads>, row: FileRow, language: Language) => {
  const {texts} = language;
  if (row.reason) {
    const size = formatSize(limits.maxFileBytes, language);
    return interpolate(texts, reasonKey(row.reason, texts), {size});
  }
  if (row.state !== 'uploading') return texts[row.state as 'queued' | 'success' | 'removing'];
  if (row.percent === 0) return texts.uploadStarts;
  return interpolate(texts, 'uploading', {percent: formatPercent(row.percent, language)});
};

/** Some reasons have a text of their own. The others share one that says what to do. */
const reasonKey = (reason: FileReason, texts: Texts): TextKey => {
  if (reason === 'offline') return 'fileOffline';
  if (isWaiting({reason})) return 'fileBusy';
  return reason in texts ? (reason as TextKey) : 'fileFailed';
};

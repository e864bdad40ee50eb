import {html, nothing} from 'lit';

import {finishFiles} from '../actions/finish-files.js';
import type {Chat} from '../chat.js';
import type {Texts} from '../locales/en.js';
import {fill, formatPercent, formatSize} from '../texts.js';
import type {Language} from '../texts.js';
import type {FileReason, FileRow, Uploads} from '../uploads.js';
import {addFiles} from '../visitor-files.js';
import {icon, iconButton} from './later-icons.js';

export const filesView = (chat: Chat, uploads: Uploads, language: Language) => {
  const {texts, tag} = language;
  const hasRows = uploads.rows.length > 0;
  const limits = {
    count: uploads.limits.maxFiles,
    size: formatSize(uploads.limits.maxFileBytes, tag),
  };
  return html`
    <div class="files">
      <input
        class="sr picker"
        id="picker"
        type="file"
        accept="application/pdf,.pdf"
        multiple
        ?disabled=${uploads.isFull}
        aria-describedby="limits"
        @change=${pickInto(chat)}
        data-focus
      />
      ${hasRows ? rowsView(uploads, language) : nothing}
      <label
        class="dropzone ${hasRows ? 'small' : ''} ${uploads.isFull ? 'full' : ''}"
        part="dropzone"
        for="picker"
      >
        ${icon('clip')}
        <span
          ><b>${hasRows ? texts.addMore : texts.chooseFiles}</b>
          <span class="hint">${texts.orDrop}</span></span
        >
      </label>
      <p class="hint" id="limits">${fill(texts, 'fileLimits', limits)}</p>
      ${actionsView(chat, uploads, texts)}
    </div>
  `;
};

/** Over the whole panel, so that nobody has to aim. */
export const dropView = ({guide}: Chat, {texts}: Language) => html`
  <div class="drop-here">
    ${icon('file')}${guide.step?.type === 'upload' ? texts.dropHere : texts.filesLater}
  </div>
`;

const actionsView = (chat: Chat, uploads: Uploads, texts: Texts) => {
  const isSkipping = uploads.rows.length === 0 && uploads.limits.minFiles === 0;
  return html`
    <div class="pair">
      <button
        part="button"
        class=${uploads.hasQueued ? 'primary' : 'choice'}
        ?disabled=${!uploads.hasQueued}
        @click=${() => uploads.start()}
      >
        ${texts.upload}
      </button>
      <button
        part="button"
        class=${uploads.isDone ? 'primary' : 'choice'}
        ?disabled=${!uploads.isDone}
        @click=${() => finishFiles(chat, uploads)}
      >
        ${isSkipping ? texts.skipFiles : texts.done}
      </button>
    </div>
  `;
};

const rowsView = (uploads: Uploads, language: Language) => html`
  <ul class="rows" aria-label=${language.texts.files}>
    ${uploads.rows.map((row) => rowView(uploads, row, language))}
  </ul>
`;

const rowView = (uploads: Uploads, row: FileRow, language: Language) => html`
  <li class="file ${row.state}" part="file">
    <span class="badge-icon">${icon(ICONS[row.state])}</span>
    <span class="about">
      <bdi class="name" title=${row.name}>${row.name}</bdi>
      <span class="hint">
        ${formatSize(row.size, language.tag)} ·
        <span class="state">${stateText(uploads, row, language)}</span>
      </span>
      ${row.state === 'uploading' ? progressView(row) : nothing}
    </span>
    ${rowButtons(uploads, row, language)}
  </li>
`;

const ICONS = {queued: 'file', uploading: 'file', success: 'check', error: 'alert'} as const;

const progressView = (row: FileRow) => html`
  <progress part="progress" max="100" .value=${row.percent} aria-label=${row.name}></progress>
`;

const rowButtons = (uploads: Uploads, row: FileRow, {texts}: Language) => {
  const name = {name: row.name};
  if (row.state === 'uploading') {
    return iconButton('close', fill(texts, 'cancelFile', name), () => uploads.cancel(row));
  }
  const canRetry = row.state === 'error' && !row.isRefused;
  return html`
    ${
      canRetry
        ? iconButton('restart', fill(texts, 'retryFile', name), () => uploads.retry(row))
        : nothing
    }
    ${iconButton('trash', fill(texts, 'removeFile', name), () => uploads.remove(row))}
  `;
};

const stateText = (uploads: Uploads, row: FileRow, {texts, tag}: Language) => {
  if (row.state === 'uploading') {
    return fill(texts, 'uploading', {percent: formatPercent(row.percent, tag)});
  }
  if (row.state !== 'error') return texts[row.state];
  const size = formatSize(uploads.limits.maxFileBytes, tag);
  return fill(texts, reasonKey(row.reason), {size});
};

/** Reasons with words of their own; the others are told by what the visitor can do about them. */
const TOLD = [
  'file_too_large',
  'not_a_pdf',
  'empty_file',
  'too_many_files',
  'file_infected',
  'active_content',
  'too_slow',
  'cancelled',
  'size_mismatch',
] as const;

const reasonKey = (reason: FileReason | null) => {
  const told = TOLD.find((key) => key === reason);
  if (told) return told;
  // Without an answer, it may as well be the server that is away.
  if (reason === 'offline' && !navigator.onLine) return 'fileOffline';
  const isBusy =
    reason === 'offline' ||
    reason === 'busy' ||
    reason === 'rate_limited' ||
    reason === 'unavailable';
  return isBusy ? 'fileBusy' : 'fileFailed';
};

const pickInto = (chat: Chat) => (event: Event) => {
  const input = event.target as HTMLInputElement;
  void addFiles(chat, [...(input.files ?? [])]);
  // Choosing the same file once more must count as a change.
  input.value = '';
};

import {html, nothing} from 'lit';

import {finishUploads} from '../../core/commands/finish-uploads.js';
import type {Chat} from '../../core/chat.js';
import {interpolate, formatSize} from '../../i18n/languages.js';
import type {Language} from '../../i18n/languages.js';
import type {FileRow, Uploads} from '../../core/uploads/uploads.js';
import {addFiles} from '../../core/uploads/create-uploads.js';
import {paceText, stateText} from './file-texts.js';
import {freshText} from '../controls/fresh-text.js';
import {ALERT, CLOSE, FILE, icon, iconButton} from '../controls/icons.js';
import {CHECK, CLIP, RESTART, TRASH} from '../controls/intake-icons.js';

/** Beyond any list. */
const FAR_DOWN = 1e5;
/** What fits in most windows is left whole. */
const SHORT_NAME = 32;

export const filesView = (chat: Chat, uploads: Uploads, language: Language) => {
  const {texts, tag} = language;
  const {isFull, limits, rows} = uploads;
  const hasRows = rows.length > 0;
  const count = limits.maxFiles;
  const size = formatSize(limits.maxFileBytes, tag);
  const full = interpolate(texts, 'fileCount', {count, limit: count});
  return html`
    <div class="files">
      <input
        class="sr picker"
        id="picker"
        type="file"
        accept="application/pdf,.pdf"
        multiple
        ?disabled=${isFull}
        aria-describedby="limits"
        @change=${pickInto(chat)}
        data-focus
      />
      ${hasRows ? rowsView(chat, uploads, language) : nothing}
      <label
        class="dropzone ${hasRows ? 'small' : ''} ${isFull ? 'full' : ''}"
        part="dropzone"
        for="picker"
      >
        ${icon(CLIP)}
        <b>${freshText(isFull ? full : hasRows ? texts.addMore : texts.chooseFiles)}</b>
        ${isFull ? nothing : html`<span class="hint">${texts.orDrop}</span>`}
      </label>
      <p class="hint" id="limits">${interpolate(texts, 'fileLimits', {count, size})}</p>
      ${
        uploads.failed.length > 1
          ? html`<button
              part="button"
              class="link"
              @click=${() => uploads.failed.forEach((row) => uploads.retry(row))}
            >
              ${texts.retryAll}
            </button>`
          : nothing
      }
      ${actionsView(chat, uploads, language)}
    </div>
  `;
};

/** Over the whole panel, so that nobody has to aim. */
export const dropView = ({flow}: Chat, {texts}: Language) => html`
  <div class="drop-here">
    ${icon(FILE)}${flow.step?.type === 'upload' ? texts.dropHere : texts.filesLater}
  </div>
`;

/** Nothing but what can be done now. The second click of a double click is not meant for what comes next. */
const actionsView = (chat: Chat, uploads: Uploads, {texts}: Language) => {
  const {hasQueued, isDone, rows} = uploads;
  if (!hasQueued && !isDone) return nothing;
  const act = (event: MouseEvent) => {
    if (event.detail > 1) return;
    if (isDone) return finishUploads(chat, uploads);
    uploads.start();
    filesAround(event).querySelector<HTMLElement>('.rows')?.focus();
  };
  const next = rows.length > 0 ? texts.done : texts.skipFiles;
  return html`
    <div class="pair">
      <button part="button" class=${rows.length > 0 ? 'primary' : 'choice'} @click=${act}>
        ${freshText(hasQueued ? texts.upload : next)}
      </button>
    </div>
  `;
};

/** Takes the focus of a button that has done its work. */
const rowsView = (chat: Chat, uploads: Uploads, language: Language) => html`
  <ul class="rows" aria-label=${language.texts.files} tabindex="-1">
    ${uploads.rows.map((row) => rowView(chat, uploads, row, language))}
  </ul>
`;

const rowView = (chat: Chat, uploads: Uploads, row: FileRow, language: Language) => {
  const {name, size, state} = row;
  const isSubmitting = state === 'uploading' && !row.reason;
  const duplicate = row.duplicate && uploads.rows.includes(row.duplicate) && row.duplicate.name;
  return html`
    <li class="file ${state}" part="file">
      <span class="badge-icon">${icon(ICONS[state])}</span>
      <span class="about">
        <bdi class="name" title=${name}>${fileNameView(name)}</bdi>
        <span class="hint">
          ${formatSize(size, language.tag)} · ${stateView(row, stateText(uploads, row, language))}
        </span>
        ${duplicate ? html`<span class="hint">${interpolate(language.texts, 'duplicate', {name: duplicate})}</span>` : nothing}
        ${isSubmitting ? html`<span class="hint">${freshText(paceText(row, language))}</span>` : nothing}
        ${isSubmitting ? progressView(row) : nothing}
      </span>
      ${rowButtons(chat, uploads, row, language)}
    </li>
  `;
};

/** Long names are cut in the middle: their ends tell what they are. What is cut out can still be heard. */
export const fileNameView = (name: string) => {
  const status = [...name];
  if (status.length <= SHORT_NAME) return name;
  const part = (from: number, to?: number) => status.slice(from, to).join('');
  return html`${part(0, 16)}<span class="cut">${part(16, -12)}</span>${part(-12)}`;
};

/** An element of its own, so that what went wrong is spoken as it comes. */
const stateView = ({reason}: FileRow, words: string) =>
  reason
    ? html`<span class="state" role="alert">${freshText(words)}</span>`
    : html`<span class="state">${freshText(words)}</span>`;

const ICONS = {queued: FILE, uploading: FILE, success: CHECK, removing: FILE, error: ALERT};

const progressView = (row: FileRow) => html`
  <progress
    part="progress"
    max="100"
    value=${row.percent || nothing}
    aria-label=${row.name}
  ></progress>
`;

const rowButtons = (chat: Chat, uploads: Uploads, row: FileRow, {texts}: Language) => {
  const name = {name: row.name};
  const does = (work: () => unknown) => handOnFocus(chat, work);
  if (row.state === 'uploading') {
    return iconButton(
      CLOSE,
      interpolate(texts, 'cancelFile', name),
      does(() => uploads.cancel(row)),
    );
  }
  if (row.state === 'removing') return nothing;
  const remove = async () => {
    if (await uploads.remove(row)) chat.status.showToast('fileRemoved');
  };
  return html`
    ${
      row.state === 'error' && !row.isRefused
        ? iconButton(
            RESTART,
            interpolate(texts, 'retryFile', name),
            does(() => uploads.retry(row)),
          )
        : nothing
    }
    ${iconButton(TRASH, interpolate(texts, 'removeFile', name), does(remove))}
  `;
};

const filesAround = (event: Event) => (event.currentTarget as Element).closest('.files')!;

/** A button that goes with its work leaves the focus to the row in its place, or to the picker. */
const handOnFocus = (chat: Chat, work: () => unknown) => async (event: Event) => {
  const list = filesAround(event);
  const rowsNow = () => [...list.querySelectorAll('.file')];
  const at = rowsNow().indexOf((event.currentTarget as Element).closest('.file')!);
  await work();
  await chat.host.updateComplete;
  const focused = (list.getRootNode() as ShadowRoot).activeElement;
  if (focused && !focused.matches('.panel')) return;
  const row = rowsNow()[at] ?? rowsNow().at(-1) ?? list;
  row.querySelector<HTMLElement>('button, .picker')?.focus();
};

/** However they came: what is new is scrolled to. */
export const takeFiles = async (chat: Chat, files: Iterable<File>, root: ParentNode) => {
  await addFiles(chat, files);
  await chat.host.updateComplete;
  root.querySelector('.tray')?.scrollTo(0, FAR_DOWN);
};

const pickInto = (chat: Chat) => (event: Event) => {
  const input = event.target as HTMLInputElement;
  void takeFiles(chat, [...(input.files ?? [])], input.getRootNode() as ShadowRoot);
  // Choosing the same file once more must count as a change.
  input.value = '';
};

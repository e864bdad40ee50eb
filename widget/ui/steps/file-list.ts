import {html, nothing} from 'lit/html.js';

import {canRetry} from '../../core/uploads/file-row.js';
import type {FileRow, FileState} from '../../core/uploads/file-row.js';
import type {Uploads} from '../../core/uploads/uploads.js';
import {formatSize} from '../../i18n/format.js';
import {interpolate} from '../../i18n/interpolate.js';
import {fileNameView} from '../controls/file-name.js';
import {freshText} from '../controls/fresh-text.js';
import {ALERT, CLOSE, icon, iconButton} from '../controls/icons.js';
import {CHECK, FILE, RESTART, TRASH} from '../controls/intake-icons.js';
import type {ViewContext} from '../view-context.js';
import {stateText} from './file-texts.js';

const ICONS: Partial<Record<FileState, string>> = {success: CHECK, error: ALERT};

/** Can have the focus, after a button that has done its work is gone. */
export const fileListView = (context: ViewContext, uploads: Readonly<Uploads>) => html`
  <ul class="rows" aria-label=${context.texts.files} tabindex="-1">
    ${uploads.rows.map((row) => rowView(context, uploads, row))}
  </ul>
`;

const rowView = (context: ViewContext, uploads: Readonly<Uploads>, row: FileRow) => {
  const {language, messaging, texts} = context;
  const {name, size, state} = row;
  const isSending = state === 'uploading' && !row.reason;
  // The icon shows that a file waits or is stored. Screen readers read both the size and the state.
  const isPlain = !row.reason && /queued|success/.test(state);
  const duplicate = row.duplicate && uploads.rows.includes(row.duplicate) && row.duplicate.name;
  const remark = messaging?.thread?.hasFile(row)
    ? texts.attached
    : duplicate && interpolate(texts, 'duplicate', {name: duplicate});
  return html`
    <li class="file ${state}" part="file">
      <span class="badge-icon">${icon(ICONS[state] ?? FILE)}</span>
      <span class="about">
        ${fileNameView(name)}
        <span class=${isPlain ? 'hint' : 'sr'}>${formatSize(size, language)}</span>
        <span class=${isPlain ? 'sr' : 'hint'}>
          ${stateView(row, stateText(uploads, row, language))}
        </span>
        ${remark ? html`<span class="hint">${remark}</span>` : nothing}
        ${isSending ? progressView(row) : nothing}
      </span>
      ${buttonsView(context, uploads, row)}
    </li>
  `;
};

/** An error has an element of its own, so that screen readers read it at once. */
const stateView = ({reason}: FileRow, text: string) =>
  reason
    ? html`<span class="state" role="alert">${freshText(text)}</span>`
    : html`<span class="state">${freshText(text)}</span>`;

const progressView = (row: FileRow) => html`
  <progress
    part="progress"
    max="100"
    value=${row.percent || nothing}
    aria-label=${row.name}
  ></progress>
`;

const buttonsView = (context: ViewContext, uploads: Readonly<Uploads>, row: FileRow) => {
  const {texts} = context;
  const button = (path: string, key: 'cancelFile' | 'retryFile' | 'removeFile', work: Work) =>
    iconButton(path, interpolate(texts, key, {name: row.name}), passFocusOn(context, work));
  if (row.state === 'uploading') return button(CLOSE, 'cancelFile', () => uploads.cancel(row));
  if (row.state === 'removing') return nothing;
  const remove = async () => {
    if (await uploads.remove(row)) context.chat.status.showToast('fileRemoved');
  };
  return html`
    ${canRetry(row) ? button(RESTART, 'retryFile', () => uploads.retry(row)) : nothing}
    ${button(TRASH, 'removeFile', remove)}
  `;
};

type Work = () => unknown;

/** Moves the focus to the row at the same place, or to the picker, if the button goes. */
const passFocusOn = (context: ViewContext, work: Work) => async (event: Event) => {
  const button = event.currentTarget as Element;
  const list = button.closest('.files')!;
  const currentRows = () => [...list.querySelectorAll('.file')];
  const at = currentRows().indexOf(button.closest('.file')!);
  await work();
  await context.whenUpdated();
  const focused = (list.getRootNode() as ShadowRoot).activeElement;
  if (focused && !focused.matches('.panel')) return;
  const row = currentRows()[at] ?? currentRows().at(-1) ?? list;
  row.querySelector<HTMLElement>('button, .picker')?.focus();
};

import {html, nothing} from 'lit';

import {finishUploads} from '../../core/commands/finish-uploads.js';
import {formatSize} from '../../i18n/format.js';
import {interpolate} from '../../i18n/interpolate.js';
import {buttonView} from '../controls/button.js';
import {freshText} from '../controls/fresh-text.js';
import {icon} from '../controls/icons.js';
import {CLIP, FILE} from '../controls/intake-icons.js';
import {takeFiles} from '../page/file-drop.js';
import type {ViewContext} from '../view-context.js';
import {fileListView} from './file-list.js';

export const filesView = (context: ViewContext) => {
  const {language, texts} = context;
  const uploads = context.chat.uploads!;
  const {isFull, limits, rows} = uploads;
  const hasRows = rows.length > 0;
  const count = limits.maxFiles;
  const size = formatSize(limits.maxFileBytes, language.locale);
  const retryAll = () => uploads.failed.forEach((row) => uploads.retry(row));
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
        @change=${(event: Event) => pick(context, event)}
        data-focus
      />
      ${hasRows ? fileListView(context, uploads) : nothing}
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
      ${uploads.failed.length > 1 ? buttonView(texts.retryAll, retryAll, {style: 'link'}) : nothing}
      ${actionView(context)}
    </div>
  `;
};

/** Covers the panel while files are dragged over it, so that they can be dropped anywhere. */
export const dropView = ({state: {step}, texts}: ViewContext) => html`
  <div class="drop-here">
    ${icon(FILE)}${step?.type === 'upload' ? texts.dropHere : texts.filesLater}
  </div>
`;

/** Shows the one thing to do now. Ignores the second click of a double click, meant for the first. */
const actionView = ({chat, texts}: ViewContext) => {
  const uploads = chat.uploads!;
  const {hasQueued, isDone, rows} = uploads;
  if (!hasQueued && !isDone) return nothing;
  const act = (event: MouseEvent) => {
    if (event.detail > 1) return;
    if (isDone) return finishUploads(chat);
    uploads.start();
    const files = (event.currentTarget as Element).closest('.files')!;
    files.querySelector<HTMLElement>('.rows')?.focus();
  };
  const hasRows = rows.length > 0;
  const label = hasQueued ? texts.upload : hasRows ? texts.done : texts.skipFiles;
  const button = buttonView(freshText(label), act, {style: hasRows ? 'primary' : 'choice'});
  return html`<div class="pair">${button}</div>`;
};

const pick = (context: ViewContext, event: Event) => {
  const input = event.target as HTMLInputElement;
  void takeFiles(context, [...(input.files ?? [])], input.getRootNode() as ShadowRoot);
  // A file that is chosen again must count as a change.
  input.value = '';
};

import {html, nothing} from 'lit/html.js';

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
  const size = formatSize(limits.maxFileBytes, language);
  return html`
    <div class="files">
      <input
        class="sr picker"
        id="picker"
        type="file"
        accept="application/pdf,.pdf"
        multiple
        ?hidden=${isFull}
        aria-describedby="limits"
        @change=${(event: Event) => pick(context, event)}
        data-focus
      />
      ${hasRows ? nothing : labelView(texts.chooseFiles, html`<span class="hint">${texts.orDrop}</span>`)}
      <p class=${hasRows ? 'sr' : 'hint'} id="limits">
        ${interpolate(texts, 'fileLimits', {count, size})}
      </p>
      ${hasRows ? fileListView(context, uploads) : nothing}
      ${hasRows || uploads.canFinish ? actionsView(context) : nothing}
    </div>
  `;
};

/** Opens the picker. Below a list of files it is a button, with its icon only if there is little room. */
const labelView = (text: string, hint: unknown = nothing) => html`
  <label class="dropzone" part="dropzone" for="picker" title=${text}>
    ${icon(CLIP)}<b>${freshText(text)}</b>${hint}
  </label>
`;

/** Covers the panel while files are dragged over it, so that they can be dropped anywhere. */
export const dropView = ({state: {step}, texts}: ViewContext) => html`
  <div class="dropzone drop-here">
    ${icon(FILE)}${step?.type === 'upload' ? texts.dropHere : texts.filesLater}
  </div>
`;

/** Shows what can be done now. */
const actionsView = ({chat, texts}: ViewContext) => {
  const uploads = chat.uploads!;
  const {canFinish, finishing, hasUnsent, isFull, rows} = uploads;
  const hasRows = rows.length > 0;
  const label = hasRows ? texts.done : texts.skipFiles;
  const isBusy = finishing === 'waiting';
  const upload = ({currentTarget}: Event) => {
    uploads.start();
    const files = (currentTarget as Element).closest('.files')!;
    files.querySelector<HTMLElement>('.rows')?.focus();
  };
  const finish = () => isBusy || finishUploads(chat);
  return html`
    <div class="pair">
      ${
        canFinish && finishing === 'failed'
          ? html`<p class="error" role="alert">${texts.filesFailed}</p>`
          : nothing
      }
      ${hasRows && !isFull ? labelView(texts.addMore) : nothing}
      ${hasUnsent ? buttonView(texts.upload, upload, {style: canFinish ? 'choice' : 'primary'}) : nothing}
      ${
        canFinish
          ? html`<button
              part="button"
              class=${hasRows ? 'primary' : 'choice'}
              aria-label=${label}
              aria-disabled=${isBusy}
              @click=${finish}
            >
              ${isBusy ? html`<span class="spinner"></span>` : freshText(label)}
            </button>`
          : nothing
      }
    </div>
  `;
};

const pick = (context: ViewContext, event: Event) => {
  const input = event.target as HTMLInputElement;
  void takeFiles(context, [...(input.files ?? [])], input.getRootNode() as ShadowRoot);
  // A file that is chosen again must count as a change.
  input.value = '';
};

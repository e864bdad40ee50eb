import {html, nothing} from 'lit/html.js';

import {interpolate} from '../../i18n/interpolate.js';
import type {FileRow} from '../../core/uploads/file-row.js';
import {stateText} from '../steps/file-texts.js';
import {fileNameView} from '../controls/file-name.js';
import {CLOSE, icon, iconButton} from '../controls/icons.js';
import {CLIP, FILE, RESTART} from '../controls/intake-icons.js';
import type {MessageThread} from '../../core/messages/message-thread.js';
import type {ViewContext} from '../view-context.js';

type Thread = Readonly<MessageThread>;

const STOP = 'M7.5 7.5h9v9h-9z';

/** Files of the message that is being written. */
export const attachmentsView = (context: ViewContext, thread: Thread) => html`
  <div class="rows">
    ${thread.attachments.rows.map((row) => attachedView(context, thread, row))}
  </div>
`;

/** Replaces the send button while a reply is being written. */
export const stopView = ({texts}: ViewContext, thread: Thread) => html`
  <button
    class="send stop"
    part="button"
    type="button"
    aria-label=${texts.stop}
    @click=${() => thread.stop()}
  >
    ${icon(STOP)}
  </button>
`;

/** The picker for files, unless the step has one, or the conversation asks for none. */
export const clipView = ({state, texts}: ViewContext, {attachments}: Thread) =>
  state.step?.type === 'upload' || !attachments.isAllowed
    ? nothing
    : html`
        <label class="icon attach" title=${texts.chooseFiles}>
          ${icon(CLIP)}
          <input
            class="sr picker"
            type="file"
            accept="application/pdf,.pdf"
            multiple
            aria-label=${texts.chooseFiles}
            @change=${(event: Event) => {
              const input = event.target as HTMLInputElement;
              void attachments.add([...(input.files ?? [])]);
              input.value = '';
            }}
          />
        </label>
      `;

const attachedView = ({chat, language}: ViewContext, {attachments}: Thread, row: FileRow) => html`
  <div class="file attached ${row.state}" part="file">
    ${row.state === 'uploading' ? html`<span class="spinner"></span>` : icon(FILE)}
    <span class="about">
      ${fileNameView(row.name)}
      <span class="hint state" role=${row.reason ? 'alert' : nothing}
        >${stateText(chat.uploads!, row, language)}</span
      >
    </span>
    ${
      row.state === 'error' && !row.isRefused
        ? iconButton(RESTART, interpolate(language.texts, 'retryFile', {name: row.name}), () =>
            attachments.retry(row),
          )
        : nothing
    }
    ${iconButton(CLOSE, interpolate(language.texts, 'removeFile', {name: row.name}), () => attachments.remove(row))}
  </div>
`;

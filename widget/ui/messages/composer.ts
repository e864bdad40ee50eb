import {html, nothing} from 'lit';

import {MAX_MESSAGE_LENGTH} from '../../../server/contract/limits.js';

import {interpolate} from '../../i18n/interpolate.js';
import type {Chat} from '../../core/chat.js';
import type {Language} from '../../i18n/languages.js';
import type {FileRow} from '../../core/uploads/file-row.js';
import {stateText} from '../steps/file-texts.js';
import {fileNameView} from '../controls/file-name.js';
import {CLOSE, SEND, icon, iconButton} from '../controls/icons.js';
import {CLIP, FILE, RESTART} from '../controls/intake-icons.js';
import type {MessageThread} from '../../core/messages/message-thread.js';
import type {ViewContext} from '../view-context.js';

/** The field grows with its text, up to this height. */
const MAX_HEIGHT_PX = 132;
const STOP = 'M7.5 7.5h9v9h-9z';

/** The field to write to Maria, below the step that she asks. */
export const composerView = (
  {chat, language, state}: ViewContext,
  thread: Readonly<MessageThread>,
) => {
  const {texts} = language;
  const error = thread.isTooLong ? interpolate(texts, 'tooLong', {count: MAX_MESSAGE_LENGTH}) : '';
  return html`
    <form class="composer talk" part="composer" @submit=${submit(thread)}>
      <div class="rows">
        ${thread.attachments.rows.map((row) => attachedView(chat, thread, row, language))}
      </div>
      <label class="sr" for="message">${texts.message}</label>
      <div class="field">
        ${state.step?.type === 'upload' ? nothing : clipView(thread, texts.chooseFiles)}
        <textarea
          id="message"
          rows="1"
          dir="auto"
          enterkeyhint="send"
          placeholder=${texts.message}
          aria-invalid=${error ? 'true' : 'false'}
          aria-describedby=${error ? 'message-fault' : nothing}
          .value=${thread.draft}
          @input=${type(thread)}
          @keydown=${sendByEnter}
        ></textarea>
        ${thread.isAnswered ? stopView(thread, texts.stop) : sendView(thread, texts.send)}
      </div>
      <p class="fault" id="message-fault" role="alert">${error}</p>
    </form>
  `;
};

const sendView = (thread: Readonly<MessageThread>, label: string) => html`
  <button class="send" part="button" ?disabled=${!thread.canSend} aria-label=${label}>
    ${icon(SEND)}
  </button>
`;

const stopView = (thread: Readonly<MessageThread>, label: string) => html`
  <button
    class="send stop"
    part="button"
    type="button"
    aria-label=${label}
    @click=${() => thread.stop()}
  >
    ${icon(STOP)}
  </button>
`;

const clipView = (thread: Readonly<MessageThread>, label: string) => html`
  <label class="icon attach" title=${label}>
    ${icon(CLIP)}
    <input
      class="sr picker"
      type="file"
      accept="application/pdf,.pdf"
      multiple
      aria-label=${label}
      @change=${(event: Event) => {
        const input = event.target as HTMLInputElement;
        void thread.attachments.add([...(input.files ?? [])]);
        input.value = '';
      }}
    />
  </label>
`;

const attachedView = (
  chat: Chat,
  {attachments}: Readonly<MessageThread>,
  row: FileRow,
  language: Language,
) => html`
  <div class="file attached ${row.state}" part="file">
    ${row.state === 'uploading' ? html`<span class="spinner"></span>` : icon(FILE)}
    <span class="about">
      <bdi class="name" title=${row.name}>${fileNameView(row.name)}</bdi>
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

const submit = (thread: Readonly<MessageThread>) => (event: SubmitEvent) => {
  event.preventDefault();
  thread.sendDraft();
  const field = (event.target as Element).querySelector('textarea')!;
  field.style.height = '';
  field.focus();
};

const type = (thread: Readonly<MessageThread>) => (event: Event) => {
  const field = event.target as HTMLTextAreaElement;
  thread.setDraft(field.value);
  field.style.height = 'auto';
  field.style.height = `${Math.min(field.scrollHeight + 2, MAX_HEIGHT_PX)}px`;
};

/** Sends with Enter. Shift+Enter breaks the line, and an input method uses Enter itself. */
const sendByEnter = (event: KeyboardEvent) => {
  const isComposing = event.isComposing || event.keyCode === 229;
  if (event.key !== 'Enter' || event.shiftKey || isComposing) return;
  event.preventDefault();
  (event.target as HTMLTextAreaElement).form!.requestSubmit();
};

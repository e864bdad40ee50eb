import {html, nothing} from 'lit';

import {MAX_MESSAGE_LENGTH} from '../../../server/contract/limits.js';

import {fill} from '../../i18n/languages.js';
import type {Language} from '../../i18n/languages.js';
import type {FileRow} from '../../core/uploads/uploads.js';
import {stateText} from '../steps/file-texts.js';
import {nameView} from '../steps/files.js';
import {CLOSE, FILE, SEND, icon, iconButton} from '../controls/icons.js';
import {CLIP, RESTART} from '../controls/intake-icons.js';
import type {Talk} from '../../core/messages/message-thread.js';

/** The field grows with what is written, up to here. */
const MOST_HEIGHT_PX = 132;
const STOP = 'M7.5 7.5h9v9h-9z';

/** The field at the bottom: what is written to Maria, beside what she asks. */
export const talkView = (talk: Talk) => (language: Language) => {
  const {texts} = language;
  const fault = talk.isTooLong ? fill(texts, 'tooLong', {count: MAX_MESSAGE_LENGTH}) : '';
  return html`
    <form class="composer talk" part="composer" @submit=${submit(talk)}>
      <div class="rows">
        ${talk.attachments.rows.map((row) => attachedView(talk, row, language))}
      </div>
      <label class="sr" for="message">${texts.message}</label>
      <div class="field">
        ${talk.chat.guide.step?.type === 'upload' ? nothing : clipView(talk, texts.chooseFiles)}
        <textarea
          id="message"
          rows="1"
          dir="auto"
          enterkeyhint="send"
          placeholder=${texts.message}
          aria-invalid=${fault ? 'true' : 'false'}
          aria-describedby=${fault ? 'message-fault' : nothing}
          .value=${talk.draft}
          @input=${type(talk)}
          @keydown=${sendByEnter}
        ></textarea>
        ${talk.isAnswered ? stopView(talk, texts.stop) : sendView(talk, texts.send)}
      </div>
      <p class="fault" id="message-fault" role="alert">${fault}</p>
    </form>
  `;
};

const sendView = (talk: Talk, label: string) => html`
  <button class="send" part="button" ?disabled=${!talk.canSend} aria-label=${label}>
    ${icon(SEND)}
  </button>
`;

const stopView = (talk: Talk, label: string) => html`
  <button
    class="send stop"
    part="button"
    type="button"
    aria-label=${label}
    @click=${() => talk.stop()}
  >
    ${icon(STOP)}
  </button>
`;

const clipView = (talk: Talk, label: string) => html`
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
        void talk.attachments.add([...(input.files ?? [])]);
        input.value = '';
      }}
    />
  </label>
`;

const attachedView = ({attachments, chat}: Talk, row: FileRow, language: Language) => html`
  <div class="file attached ${row.state}" part="file">
    ${row.state === 'uploading' ? html`<span class="spinner"></span>` : icon(FILE)}
    <span class="about">
      <bdi class="name" title=${row.name}>${nameView(row.name)}</bdi>
      <span class="hint state" role=${row.reason ? 'alert' : nothing}
        >${stateText(chat.uploads!, row, language)}</span
      >
    </span>
    ${
      row.state === 'error' && !row.isRefused
        ? iconButton(RESTART, fill(language.texts, 'retryFile', {name: row.name}), () =>
            attachments.retry(row),
          )
        : nothing
    }
    ${iconButton(CLOSE, fill(language.texts, 'removeFile', {name: row.name}), () => attachments.remove(row))}
  </div>
`;

const submit = (talk: Talk) => (event: SubmitEvent) => {
  event.preventDefault();
  talk.send();
  const field = (event.target as Element).querySelector('textarea')!;
  field.style.height = '';
  field.focus();
};

const type = (talk: Talk) => (event: Event) => {
  const field = event.target as HTMLTextAreaElement;
  talk.type(field.value);
  field.style.height = 'auto';
  field.style.height = `${Math.min(field.scrollHeight + 2, MOST_HEIGHT_PX)}px`;
};

/** Shift+Enter breaks the line; while an input method is at work, Enter is its own. */
const sendByEnter = (event: KeyboardEvent) => {
  const isComposing = event.isComposing || event.keyCode === 229;
  if (event.key !== 'Enter' || event.shiftKey || isComposing) return;
  event.preventDefault();
  (event.target as HTMLTextAreaElement).form!.requestSubmit();
};

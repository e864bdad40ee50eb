import {html, nothing} from 'lit';

import {submitName} from '../../core/commands/submit-name.js';
import type {Chat} from '../../core/chat.js';
import type {Language} from '../../i18n/languages.js';
import {interpolate} from '../../i18n/languages.js';
import {MAX_NAME_LENGTH} from '../../../server/contract/limits.js';
import {SEND, icon} from './icons.js';

export interface Field {
  label: string;
  value: string;
  type: 'text' | 'email';
  autocomplete: 'name' | 'email';
  maxLength: number;
  onSubmit: (value: string) => unknown;
}

export const nameView = (chat: Chat, language: Language) =>
  textFieldView(chat, language, {
    label: language.texts.nameLabel,
    value: chat.draft.name,
    type: 'text',
    autocomplete: 'name',
    maxLength: MAX_NAME_LENGTH,
    onSubmit: (value) => submitName(chat, value),
  });

/** One field and its button. `novalidate`: our own words say what is wrong, in the visitor's language. */
export const textFieldView = (chat: Chat, language: Language, field: Field) => {
  const {texts} = language;
  const {fieldError} = chat.status;
  const about = field.autocomplete;
  const keep = ({target}: Event) => {
    chat.drafts.set(about, (target as HTMLInputElement).value);
    chat.host.requestUpdate();
  };
  const fault = fieldError && interpolate(texts, fieldError, {count: MAX_NAME_LENGTH});
  return html`
    <form
      class="composer"
      part="composer"
      novalidate
      @input=${keep}
      @submit=${submitTo(field.onSubmit)}
    >
      <label class="hint" for="answer">${field.label}</label>
      <div class="field">
        <input
          id="answer"
          name="answer"
          type=${field.type}
          autocomplete=${about}
          inputmode=${field.type}
          maxlength=${field.maxLength}
          enterkeyhint="send"
          dir="auto"
          .value=${chat.drafts.get(about) ?? field.value}
          ?readonly=${chat.isSubmitting}
          aria-invalid=${fault ? 'true' : 'false'}
          aria-describedby=${fault ? 'fault' : nothing}
          data-focus
        />
        <button class="send" part="button" ?disabled=${chat.isSubmitting} aria-label=${texts.send}>
          ${chat.isSubmitting ? html`<span class="spinner"></span>` : icon(SEND)}
        </button>
      </div>
      <p class="fault" id="fault" role="alert">${fault}</p>
    </form>
  `;
};

/** Hands on what stands in the one field of a form. */
export const submitTo = (onSubmit: (value: string) => unknown) => (event: SubmitEvent) => {
  event.preventDefault();
  onSubmit((event.target as HTMLFormElement).querySelector('input')!.value);
};

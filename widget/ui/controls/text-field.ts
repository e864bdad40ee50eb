import {html, nothing} from 'lit/html.js';

import {MAX_NAME_LENGTH} from '../../../server/contract/limits.js';

import {interpolate} from '../../i18n/interpolate.js';
import type {ViewContext} from '../view-context.js';
import {sendButtonView} from './send-button.js';

export interface TextField {
  label: string;
  value: string;
  type: 'text' | 'email';
  maxLength: number;
  onSubmit: (value: string) => unknown;
}

/** A field and its button. `novalidate`: our own texts say what is wrong, in the visitor's language. */
export const textFieldView = ({chat, state, texts}: ViewContext, field: TextField) => {
  const {fieldError, isSubmitting} = state;
  const name = field.type === 'email' ? 'email' : 'name';
  const keep = ({target}: Event) => chat.drafts.set(name, (target as HTMLInputElement).value);
  const error = fieldError && interpolate(texts, fieldError, {count: MAX_NAME_LENGTH});
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
          autocomplete=${name}
          maxlength=${field.maxLength}
          enterkeyhint="send"
          dir="auto"
          .value=${chat.drafts.get(name) ?? field.value}
          ?readonly=${isSubmitting}
          aria-invalid=${Boolean(error)}
          aria-describedby=${error ? 'error' : nothing}
          data-focus
        />
        ${sendButtonView(texts.send, isSubmitting)}
      </div>
      <p class="error" id="error" role="alert">${error}</p>
    </form>
  `;
};

/** Returns a listener that passes on the value of the form's only field. */
export const submitTo = (onSubmit: (value: string) => unknown) => (event: SubmitEvent) => {
  event.preventDefault();
  onSubmit((event.target as HTMLFormElement).querySelector('input')!.value);
};

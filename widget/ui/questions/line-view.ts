import {html, nothing} from 'lit/html.js';

import {sendButtonView} from '../controls/send-button.js';
import type {AskedQuestion} from './asked-question.js';

/** Attributes of an input, as far as they differ. */
export interface LineAttributes {
  type?: string;
  inputMode?: string;
  autocomplete?: string | undefined;
  min?: string | undefined;
  max?: string | undefined;
  /** The answer that is changed, as the visitor would type it. */
  value?: string;
}

/** A field of one line, with the keyboard and the help that browsers have for its kind. */
export const lineView = (asked: AskedQuestion, attributes: LineAttributes) => {
  const {context, describedBy, draft, error, label, placeholder, step, unit} = asked;
  const {isSubmitting} = context.state;
  const {type = 'text', inputMode, autocomplete, min, max} = attributes;
  const {value = asked.valueText} = attributes;
  return html`
    <label class="sr" for="answer">${label}</label>
    <div class="field">
      <input
        id="answer"
        name="answer"
        type=${type}
        inputmode=${inputMode ?? nothing}
        autocomplete=${autocomplete ?? nothing}
        min=${min ?? nothing}
        max=${max ?? nothing}
        placeholder=${placeholder || nothing}
        enterkeyhint="send"
        dir="auto"
        .value=${draft ?? value}
        ?required=${step.required !== false}
        ?readonly=${isSubmitting}
        aria-invalid=${Boolean(error)}
        aria-describedby=${describedBy || nothing}
        data-focus
      />
      ${unit ? html`<span class="hint unit" aria-hidden="true">${unit}</span>` : nothing}
      ${sendButtonView(context.texts.send, isSubmitting)}
    </div>
  `;
};

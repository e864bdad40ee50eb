import {html, nothing} from 'lit/html.js';

import {sendButtonView} from '../controls/send-button.js';
import type {AskedQuestion} from './asked-question.js';

/** A field that grows with its text. Enter breaks the line; with Ctrl or Cmd, it sends. */
export const textAreaView = (asked: AskedQuestion) => {
  const {context, describedBy, draft, error, label, placeholder, step, valueText} = asked;
  const {isSubmitting} = context.state;
  return html`
    <label class="sr" for="answer">${label}</label>
    <div class="field">
      <textarea
        id="answer"
        name="answer"
        rows="3"
        placeholder=${placeholder || nothing}
        dir="auto"
        .value=${draft ?? valueText}
        ?required=${step.required !== false}
        ?readonly=${isSubmitting}
        aria-invalid=${Boolean(error)}
        aria-describedby=${describedBy || nothing}
        data-focus
        @input=${grow}
        @keydown=${sendByEnter}
      ></textarea>
      ${sendButtonView(context.texts.send, isSubmitting)}
    </div>
  `;
};

/** Browsers without `field-sizing` need the height. */
const grow = ({target}: Event) => {
  const {style, scrollHeight} = target as HTMLElement;
  style.minHeight = `${scrollHeight + 2}px`;
};

const sendByEnter = (event: KeyboardEvent) => {
  if (event.key === 'Enter' && (event.ctrlKey || event.metaKey) && !event.isComposing)
    (event.target as HTMLTextAreaElement).form!.requestSubmit();
};

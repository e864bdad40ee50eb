import {html, nothing} from 'lit';

import type {QuestionStep} from '../../../server/contract/conversation.js';

import {decimalOf} from '../../core/questions/parse-number.js';
import {today} from '../../core/questions/today.js';
import {sendButtonView} from '../controls/send-button.js';
import type {AskedQuestion} from './asked-question.js';

/** Attributes of an input, as far as they differ. */
interface LineAttributes {
  type?: string;
  inputMode?: string;
  autocomplete?: string | undefined;
  min?: string | undefined;
  max?: string | undefined;
}

/** A field of one line, with the keyboard and the help that browsers have for its kind. */
export const lineView = (asked: AskedQuestion) => {
  const {context, describedBy, draft, fault, label, placeholder, step} = asked;
  const {isSubmitting} = context.state;
  const {type = 'text', inputMode, autocomplete, min, max} = attributesOf(step);
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
        .value=${draft ?? firstText(asked)}
        ?required=${step.required !== false}
        ?readonly=${isSubmitting}
        aria-invalid=${fault ? 'true' : 'false'}
        aria-describedby=${describedBy || nothing}
        data-focus
      />
      ${sendButtonView(context.texts.send, isSubmitting)}
    </div>
  `;
};

/** A field that grows with its text. Enter breaks the line; with Ctrl or Cmd, it sends. */
export const textAreaView = (asked: AskedQuestion) => {
  const {context, describedBy, draft, fault, label, placeholder, step} = asked;
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
        .value=${draft ?? firstText(asked)}
        ?required=${step.required !== false}
        ?readonly=${isSubmitting}
        aria-invalid=${fault ? 'true' : 'false'}
        aria-describedby=${describedBy || nothing}
        data-focus
        @input=${grow}
        @keydown=${sendByEnter}
      ></textarea>
      ${sendButtonView(context.texts.send, isSubmitting)}
    </div>
  `;
};

const attributesOf = (step: QuestionStep): LineAttributes => {
  switch (step.kind) {
    case 'number':
      // The number pads of some phones have no minus.
      if ((step.min ?? 0) < 0) return {inputMode: 'text'};
      return {inputMode: step.decimals ? 'decimal' : 'numeric'};
    case 'date':
      return {type: 'date', min: toDay(step.min), max: toDay(step.max)};
    case 'phone':
      return {type: 'tel', autocomplete: 'tel'};
    case 'url':
      return {type: 'url', autocomplete: 'url'};
    default:
      return {autocomplete: step.kind === 'text' ? step.autocomplete : undefined};
  }
};

const toDay = (limit: string | undefined) => (limit === 'today' ? today().latest : limit);

/** Returns the answer that is changed as the visitor would type it. */
const firstText = ({context, value}: AskedQuestion) =>
  typeof value === 'number'
    ? String(value).replace('.', decimalOf(context.language.locale))
    : String(value ?? '');

/** Browsers without `field-sizing` need the height. */
const grow = ({target}: Event) => {
  const {style, scrollHeight} = target as HTMLElement;
  style.minHeight = `${scrollHeight + 2}px`;
};

const sendByEnter = (event: KeyboardEvent) => {
  if (event.key === 'Enter' && (event.ctrlKey || event.metaKey) && !event.isComposing)
    (event.target as HTMLTextAreaElement).form!.requestSubmit();
};

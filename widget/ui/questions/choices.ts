import {html, nothing} from 'lit/html.js';

import {isOther} from '../../../server/contract/answers.js';
import type {QuestionStep} from '../../../server/contract/conversation.js';
import {localise} from '../../../server/contract/localise.js';
import type {Answer, Choice} from '../../../server/contract/questions.js';

import {buttonView} from '../controls/button.js';
import {errorView} from './asked-question.js';
import type {AskedQuestion} from './asked-question.js';

/** Beyond these, a list is easier to read than buttons. */
const MAX_BUTTONS = 6;
const MAX_BUTTON_LENGTH = 24;

export type ChoiceQuestion = AskedQuestion<Extract<QuestionStep, {kind: 'choice'}>>;

/** True for a question that one press answers. */
export const hasButtons = (step: QuestionStep, tag: string) =>
  step.kind === 'yes_no' ||
  (step.kind === 'choice' &&
    !step.multiple &&
    !step.other &&
    step.options.length <= MAX_BUTTONS &&
    step.options.every(({label}) => localise(label, tag).length <= MAX_BUTTON_LENGTH));

/** Shows a button for each answer. The group has the focus, so that none is suggested. */
export const buttonsView = ({context, describedBy, label, step, texts, value}: AskedQuestion) => {
  const {chat, language, state} = context;
  const options: [Answer, string][] =
    step.kind === 'choice'
      ? step.options.map((option) => [option.value, localise(option.label, language.tag)])
      : [
          [true, texts.yes],
          [false, texts.no],
        ];
  return html`
    <div
      class="pair"
      role="group"
      aria-label=${label}
      aria-describedby=${describedBy || nothing}
      tabindex="-1"
      data-focus
    >
      ${options.map(([answer, words]) => {
        const style = answer === value ? 'primary' : 'choice';
        const choose = () => chat.questions!.answer(step, answer);
        return buttonView(words, choose, {style, isDisabled: state.isSubmitting});
      })}
    </div>
  `;
};

/** A list of radio buttons, or of check boxes. The last one can have the visitor's own words. */
export const optionsView = (asked: ChoiceQuestion) => {
  const {context, describedBy, error, isOtherWrong, label, step, texts, value} = asked;
  const {chat, language, state, texts: common} = context;
  const {multiple = false, options, other = false} = step;
  const chosen = (Array.isArray(value) ? value : [value]) as (Choice | undefined)[];
  const own = chosen.find(isOther)?.other;
  const focused = Math.max(
    0,
    options.findIndex((option) => chosen.includes(option.value)),
  );
  /** Says at once that there are too many. */
  const count = (event: Event) => {
    event.stopPropagation();
    const {length} = (event.currentTarget as Element).querySelectorAll(':checked');
    const max = step.max_choices ?? Infinity;
    chat.questions!.showError(length > max ? {code: 'too_many_choices', max} : null);
  };
  const optionView = (option: string, words: string, isChosen: boolean, isFocused: boolean) => html`
    <label class="option">
      <input
        type=${multiple ? 'checkbox' : 'radio'}
        name="answer"
        value=${option}
        .checked=${isChosen}
        ?data-focus=${isFocused}
      />
      <span dir="auto">${words}</span>
    </label>
  `;
  return html`
    <fieldset
      aria-invalid=${error ? 'true' : nothing}
      aria-describedby=${describedBy || nothing}
      @input=${count}
    >
      <legend class="sr">${label}</legend>
      ${options.map((option, index) =>
        optionView(
          option.value,
          localise(option.label, language.tag),
          chosen.includes(option.value),
          index === focused,
        ),
      )}
      ${
        other
          ? html`
              ${optionView('', texts.other, own !== undefined, false)}
              <input
                name="other"
                aria-label=${texts.other}
                aria-invalid=${isOtherWrong}
                dir="auto"
                .value=${own ?? ''}
              />
            `
          : nothing
      }
    </fieldset>
    ${errorView(asked)}
    <div class="pair">
      ${buttonView(common.goOn, () => undefined, {style: 'primary', isDisabled: state.isSubmitting})}
    </div>
  `;
};

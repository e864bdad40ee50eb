import {html, nothing} from 'lit/html.js';

import type {QuestionStep} from '../../../server/contract/conversation.js';

import {answerKey} from '../../core/flow/step-types.js';
import {buttonView} from '../controls/button.js';
import type {ViewContext} from '../view-context.js';
import {askedQuestion, errorView} from './asked-question.js';
import type {AskedQuestion} from './asked-question.js';
import {lineView} from './line-view.js';
import {loadedInputs} from './load-inputs.js';

/** The input of a question of the site, its hint, and what is wrong with the answer. */
export const questionView = (context: ViewContext, step: QuestionStep) => {
  const {chat, state} = context;
  const asked = askedQuestion(context, step);
  const {hint, texts} = asked;
  const questions = chat.questions!;
  const inputs = loadedInputs();
  if (inputs) context.adopt([inputs.inputStyles]);
  const skip = () => questions.skip(step);
  return html`
    <div class="question">
      ${hint ? html`<p class="hint" id="answer-hint" dir="auto">${hint}</p>` : nothing}
      ${
        inputs?.hasButtons(step, context.language.tag)
          ? [inputs.buttonsView(asked), errorView(asked)]
          : formView(asked)
      }
      ${
        questions.canSkip(step)
          ? buttonView(texts.skip, skip, {style: 'link', isDisabled: state.isSubmitting})
          : nothing
      }
    </div>
  `;
};

/** `novalidate`: our own texts say what is wrong, in the visitor's language. */
const formView = (asked: AskedQuestion) => {
  const {context, step} = asked;
  const {chat, language} = context;
  const inputs = loadedInputs();
  const send = (event: SubmitEvent) => {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    const data = new FormData(form);
    const given =
      step.kind === 'text' ? data.get('answer') : inputs!.readAnswer(data, step, language);
    if (!context.state.isSubmitting) void answer(form, given);
  };
  const answer = async (form: HTMLFormElement, given: unknown) => {
    await chat.questions!.answer(step, given);
    await context.whenUpdated();
    form.querySelector<HTMLElement>('[aria-invalid=true]:not(fieldset)')?.focus();
  };
  const keep = ({target}: Event) => {
    chat.questions!.showError(null);
    const {id, value} = target as HTMLInputElement;
    // Only texts are kept: a date has no value while it is typed.
    if (id === 'answer' && step.kind !== 'date') chat.drafts.set(answerKey(step), value);
  };
  return html`
    <form class="composer" part="composer" novalidate @submit=${send} @input=${keep}>
      ${
        step.kind === 'text'
          ? [lineView(asked, {autocomplete: step.autocomplete}), errorView(asked)]
          : inputs?.inputView(asked)
      }
    </form>
  `;
};

import {html} from 'lit/html.js';

import type {LocalisedText, QuestionStep} from '../../../server/contract/conversation.js';
import type {Answer} from '../../../server/contract/questions.js';

import {answerKey} from '../../core/flow/step-types.js';
import {siteTextOf} from '../../core/flow/step-texts.js';
import type {QuestionTexts} from '../../i18n/questions/locales/en.js';
import {questionTexts} from '../../i18n/questions/question-texts.js';
import type {ViewContext} from '../view-context.js';

/** A question of the site with all that its input shows. */
export interface AskedQuestion<Step extends QuestionStep = QuestionStep> {
  context: ViewContext;
  step: Step;
  texts: QuestionTexts;
  /** Accessible name of the input: the question, and the unit of a number. */
  label: string;
  unit: string;
  hint: string;
  placeholder: string;
  /** Answer that is changed. */
  value: Answer | null | undefined;
  /** Text of that answer; empty for other types. */
  valueText: string;
  /** Text that was typed and not sent. */
  draft: string | undefined;
  /** Sentence about what is wrong; empty if nothing is. */
  error: string;
  /** True if the visitor's own words are wrong, and not the choice of options. */
  isOtherWrong: boolean;
  /** Ids of the elements that describe the input. */
  describedBy: string;
}

export const askedQuestion = (context: ViewContext, step: QuestionStep): AskedQuestion => {
  const {chat, language} = context;
  const texts = questionTexts(language, chat);
  const inLanguage = (text: LocalisedText | undefined) =>
    text ? siteTextOf(text, chat.textValues)(language) : '';
  const unit = step.kind === 'number' ? inLanguage(step.unit) : '';
  const questions = chat.questions!;
  const hint = inLanguage(step.hint);
  const error = questions.errorText(step, language);
  const value = chat.answers.siteAnswers[answerKey(step)];
  return {
    context,
    step,
    texts,
    label: `${inLanguage(step.text)}${unit && ` (${unit})`}`,
    unit,
    hint,
    placeholder: inLanguage(step.placeholder),
    value,
    valueText: typeof value === 'string' ? value : '',
    draft: chat.drafts.get(answerKey(step)),
    error,
    isOtherWrong: step.kind === 'choice' && /^too_(short|long)$/.test(questions.error?.code ?? ''),
    describedBy: `${hint && 'answer-hint'} ${error && 'error'}`.trim(),
  };
};

/** Shows what is wrong with the answer, below the input. */
export const errorView = ({error}: AskedQuestion) =>
  html`<p class="error" id="error" role="alert">${error}</p>`;

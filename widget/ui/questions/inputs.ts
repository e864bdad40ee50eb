/** The inputs and labels of all kinds of questions but `text`. */
import type {QuestionStep} from '../../../server/contract/conversation.js';

import {decimalOf} from '../../core/questions/parse-number.js';
import {today} from '../../core/questions/today.js';
import {localeOf} from '../../i18n/format.js';
import {errorView} from './asked-question.js';
import type {AskedQuestion} from './asked-question.js';
import {optionsView} from './choices.js';
import type {ChoiceQuestion} from './choices.js';
import {lineView} from './line-view.js';
import type {LineAttributes} from './line-view.js';
import {textAreaView} from './text-area-view.js';

export {labelAnswer} from '../../../server/contract/answer-labels.js';
export {removeWrongOptions} from '../../core/questions/wrong-options.js';
export {inputStyles} from '../styles/inputs.js';
export {buttonsView, hasButtons} from './choices.js';
export {readAnswer} from './read-answer.js';

/** The content of the form of a question. */
export const inputView = (asked: AskedQuestion) => {
  const {kind} = asked.step;
  if (kind === 'choice') return optionsView(asked as ChoiceQuestion);
  const input = kind === 'long_text' ? textAreaView(asked) : lineView(asked, attributesOf(asked));
  return [input, errorView(asked)];
};

const attributesOf = ({context, step, value}: AskedQuestion): LineAttributes => {
  switch (step.kind) {
    case 'number':
      return {
        inputMode: numberMode(step),
        value: numberText(value, localeOf(context.language)),
      };
    case 'date':
      return {type: 'date', min: toDay(step.min), max: toDay(step.max)};
    case 'phone':
      return {type: 'tel', autocomplete: 'tel'};
    case 'url':
      return {type: 'url', autocomplete: 'url'};
    default:
      return {};
  }
};

const numberText = (value: AskedQuestion['value'], locale: string) =>
  typeof value === 'number' ? String(value).replace('.', decimalOf(locale)) : '';

/** The number pads of some phones have no minus. */
const numberMode = ({min = 0, decimals}: Extract<QuestionStep, {kind: 'number'}>) =>
  min < 0 ? 'text' : decimals ? 'decimal' : 'numeric';

const toDay = (limit: string | undefined) => (limit === 'today' ? today().latest : limit);

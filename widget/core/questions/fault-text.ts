import type {AnswerFault} from '../../../server/contract/answers.js';
import {labelAnswer} from '../../../server/contract/answer-labels.js';
import type {QuestionStep} from '../../../server/contract/conversation.js';

import {interpolate} from '../../i18n/interpolate.js';
import type {Language} from '../../i18n/languages.js';
import type {QuestionTexts} from '../../i18n/questions/locales/en.js';

/** Returns what is wrong with an answer, in one sentence. */
export const faultText = (
  step: QuestionStep,
  fault: AnswerFault,
  {tag, texts}: Language,
  own: QuestionTexts,
) => {
  const {code, min = '', max = ''} = fault;
  const isAnswer = /^too_(small|large|early|late)$/.test(code);
  const format = (limit: number | string) =>
    isAnswer && limit !== '' ? labelAnswer(step, limit, {tag, ...own}) : limit;
  const all = {...texts, ...own};
  return interpolate(all, keyOf(fault, own), {min: format(min), max: format(max), count: max});
};

/** The names of most texts are codes. */
const keyOf = ({code, min, max, type}: AnswerFault, own: QuestionTexts) => {
  if (type === 'number') return 'not_a_number';
  const isEmpty = code === 'wrong_type' || (/^too_(short|few)/.test(code) && min === 1);
  if (isEmpty) return 'missing';
  if (code === 'too_long') return 'tooLong';
  if (code === 'too_many_decimals' && !max) return 'whole_number';
  return code in own ? (code as keyof QuestionTexts) : 'wrong';
};

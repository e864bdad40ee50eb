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
  const {min = '', max = ''} = fault;
  const format = (limit: number | string) => labelAnswer(step, limit, {tag, ...own});
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

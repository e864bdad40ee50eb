import type {AnswerError} from '../../../server/contract/answers.js';
import type {QuestionStep} from '../../../server/contract/conversation.js';

import {interpolate} from '../../i18n/interpolate.js';
import type {Texts} from '../../i18n/locales/en.js';
import type {QuestionTexts} from '../../i18n/questions/locales/en.js';

interface ErrorTexts {
  texts: Texts & QuestionTexts;
  /** Returns a number or a date as the visitor reads it. */
  label: (limit: number | string) => string;
}

/** Returns what is wrong with an answer, in one sentence. */
export const errorText = (step: QuestionStep, error: AnswerError, {texts, label}: ErrorTexts) => {
  const {code, min = '', max = ''} = error;
  const isAnswer = /^too_(small|large|early|late)$/.test(code);
  const format = (limit: number | string) => (isAnswer && limit !== '' ? label(limit) : limit);
  const values = {min: format(min), max: format(max), count: max};
  return interpolate(texts, keyOf(step, error, texts), values);
};

/** The names of most texts are codes. */
const keyOf = (step: QuestionStep, {code, min, max, type}: AnswerError, texts: QuestionTexts) => {
  if (step.kind === 'choice' && code === 'too_short') return 'other_missing';
  if (type === 'number') return 'not_a_number';
  const isEmpty = code === 'wrong_type' || (/^too_(short|few)/.test(code) && min === 1);
  if (isEmpty) return 'missing';
  if (code === 'too_long') return 'tooLong';
  if (code === 'too_many_decimals' && !max) return 'whole_number';
  return code in texts ? (code as keyof QuestionTexts) : 'wrong';
};

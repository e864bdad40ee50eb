import type {QuestionStep} from '../../../server/contract/conversation.js';
import type {Choice} from '../../../server/contract/questions.js';

import {parseNumber} from '../../core/questions/parse-number.js';

/** Returns the answer in a form, in the type that its question needs. */
export const readAnswer = (data: FormData, step: QuestionStep, locale: string): unknown => {
  const text = String(data.get('answer') ?? '');
  switch (step.kind) {
    case 'choice': {
      const own = String(data.get('other'));
      const choices = data.getAll('answer').map((one): Choice => String(one) || {other: own});
      return step.multiple ? choices : choices[0];
    }
    case 'number':
      return parseNumber(text, locale);
    case 'url':
      return !text.trim() || text.includes('://') ? text : `https://${text.trim()}`;
    default:
      return text;
  }
};

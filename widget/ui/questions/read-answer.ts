import type {QuestionStep} from '../../../server/contract/conversation.js';
import type {Choice} from '../../../server/contract/questions.js';

import {parseNumber} from '../../core/questions/parse-number.js';
import {localeOf} from '../../i18n/format.js';
import type {Language} from '../../i18n/languages.js';

/** Returns the answer in a form, in the type that its question needs. */
export const readAnswer = (data: FormData, step: QuestionStep, language: Language): unknown => {
  const text = (data.get('answer') ?? '') as string;
  switch (step.kind) {
    case 'choice': {
      const own = data.get('other') as string;
      const choices = (data.getAll('answer') as string[]).map((one): Choice => one || {other: own});
      return step.multiple ? choices : choices[0];
    }
    case 'number':
      return parseNumber(text, localeOf(language));
    case 'url':
      return !text.trim() || text.includes('://') ? text : `https://${text.trim()}`;
    default:
      return text;
  }
};

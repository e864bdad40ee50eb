import type {LocalisedText, QuestionStep} from '../../../server/contract/conversation.js';
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
      return parseNumber(removeUnit(text.trim(), step.unit), localeOf(language));
    default:
      return text;
  }
};

/** Returns a number without the unit of its question, which visitors may repeat in any language. */
const removeUnit = (text: string, unit: LocalisedText = '') => {
  const units = typeof unit === 'string' ? [unit] : Object.values(unit);
  const typed = units.filter((one) => text.toLowerCase().endsWith(one.toLowerCase()));
  // `km` also ends with `m`.
  const length = Math.max(0, ...typed.map((one) => one.length));
  return text.slice(0, text.length - length);
};

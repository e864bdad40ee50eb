/** Reads and checks answers as the widget does, without a page. */
import type {QuestionStep} from '../../server/contract/conversation.js';
import {checkGiven} from '../core/questions/check-given.js';
import type {Language} from '../i18n/languages.js';
import {readAnswer} from '../ui/questions/read-answer.js';

export {checkGiven};

/** Returns the answer in a form with these fields. */
export const readTyped = (
  step: QuestionStep,
  fields: [name: string, value: string][],
  locale: string,
) => {
  const form = new FormData();
  for (const [name, value] of fields) form.append(name, value);
  return readAnswer(form, step, {tag: locale} as Language);
};

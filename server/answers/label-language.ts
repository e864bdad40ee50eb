import type {LabelLanguage} from '../contract/answer-labels.js';
import {textsFor} from '../translations/translations.js';

/** Returns the words for labels in the visitor's language. */
export const toLabelLanguage = (locale: string | null): LabelLanguage => {
  const {answerYes, answerNo, language} = textsFor(locale);
  return {tag: locale ?? language, yes: answerYes, no: answerNo};
};

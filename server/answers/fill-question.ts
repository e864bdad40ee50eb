import {insertAnswers, localise} from '../contract/localise.js';
import type {Conversation} from '../contract/conversation.js';
import type {StoredAnswer} from './store.js';

/** Value that a question can contain, such as `name` or `answers.town`, before and after a change. */
export interface ChangedValue {
  place: string;
  before: string;
  after: string;
}

/** Inserts the name and the labels of other answers, as the widget does. */
export const fillQuestion = (text: string, answers: StoredAnswer[], name: string): string =>
  insertAnswers(text, (place) => {
    if (place === 'name') return name;
    return answers.findLast(({field}) => `answers.${field}` === place)?.label ?? '';
  });

/**
 * Returns the questions whose wording contains a changed value, with the new value: a corrected
 * value must not remain in other rows. Other questions keep the wording that the visitor saw.
 */
export const refillQuestions = (
  answers: StoredAnswer[],
  changes: ChangedValue[],
  {conversation, name, language}: {conversation: Conversation; name: string; language: string},
): Pick<StoredAnswer, 'field' | 'question'>[] => {
  const refill = ({field, question}: StoredAnswer): string => {
    const step = conversation.steps.find((one) => 'kind' in one && one.field === field);
    const text = step && 'kind' in step ? localise(step.text, language) : '';
    const filled = fillQuestion(text, answers, name);
    if (filled === question || containsPlace(text, changes)) return filled;
    // The site has edited or removed the question since it was answered.
    return changes.reduce(replaceValue, question);
  };
  return answers
    .map((answer) => ({field: answer.field, before: answer.question, question: refill(answer)}))
    .filter(({before, question}) => question !== before)
    .map(({field, question}) => ({field, question}));
};

const containsPlace = (text: string, changes: ChangedValue[]): boolean => {
  let isFound = false;
  insertAnswers(text, (place) => {
    isFound ||= changes.some((change) => change.place === place);
    return '';
  });
  return isFound;
};

/** Replaces a value in a question where it is a word or several words. */
const replaceValue = (question: string, {before, after}: ChangedValue): string => {
  if (before === '') return question;
  const value = before.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
  const wholeWords = new RegExp(`(?<![\\p{L}\\p{N}])${value}(?![\\p{L}\\p{N}])`, 'gu');
  return question.replace(wholeWords, () => after);
};

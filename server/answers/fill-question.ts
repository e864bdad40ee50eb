import {insertAnswers, localise} from '../contract/localise.js';
import type {Conversation} from '../contract/conversation.js';
import {findQuestion} from '../sites/conversation.js';
import type {StoredAnswer} from './store.js';

/** Value that a question can contain, such as `name` or `answers.town`, before and after a change. */
export interface ChangedValue {
  key: string;
  before: string;
  after: string;
}

/** Inserts the name and the labels of other answers, as the widget does. */
export const fillQuestion = (text: string, answers: StoredAnswer[], name: string): string =>
  insertAnswers(text, (key) => getValue(key, answers, name));

const getValue = (key: string, answers: StoredAnswer[], name: string): string =>
  key === 'name' ? name : (answers.findLast((one) => toKey(one.field) === key)?.label ?? '');

const toKey = (field: string): string => `answers.${field}`;

/**
 * Returns the questions whose wording contains a changed value, with the new value: a corrected
 * value must not remain in other rows. The rest of the wording stays as the visitor saw it.
 */
export const refillQuestions = (
  answers: StoredAnswer[],
  changes: ChangedValue[],
  {conversation, name, language}: {conversation: Conversation; name: string; language: string},
): Pick<StoredAnswer, 'field' | 'question'>[] => {
  const isWord = ({key}: ChangedValue) => {
    const changed = answers.find(({field}) => toKey(field) === key);
    return !['yes_no', 'number'].includes(changed?.kind ?? '');
  };
  const words = changes.filter(isWord);
  const getValueBefore = (key: string) =>
    changes.find((change) => change.key === key)?.before ?? getValue(key, answers, name);
  const refill = ({field, question}: StoredAnswer): string => {
    const text = localise(findQuestion(conversation, field)?.text ?? '', language);
    if (insertAnswers(text, getValueBefore) === question) return fillQuestion(text, answers, name);
    // The site has edited or removed the question since it was answered.
    return replaceValues(question, words);
  };
  return answers
    .map((answer) => ({field: answer.field, before: answer.question, question: refill(answer)}))
    .filter(({before, question}) => question !== before)
    .map(({field, question}) => ({field, question}));
};

/** Replaces values in a question where they are whole words. */
const replaceValues = (question: string, changes: ChangedValue[]): string => {
  const values = changes.map(({before}) => before).filter((before) => before !== '');
  if (values.length === 0) return question;
  const anyValue = values.map(escapePattern).join('|');
  const wholeWords = new RegExp(`(?<![\\p{L}\\p{N}])(?:${anyValue})(?![\\p{L}\\p{N}])`, 'gu');
  return question.replace(
    wholeWords,
    (value) => changes.find(({before}) => before === value)?.after ?? value,
  );
};

const escapePattern = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');

import {isOther} from '../contract/answers.js';
import type {Conversation} from '../contract/conversation.js';
import type {Choice, Question} from '../contract/questions.js';
import type {GivenAnswers} from '../contract/session-answers.js';
import {mapQuestions} from '../sites/conversation.js';
import type {StoredAnswer} from './store.js';

/** Answer as an operator writes it: `field=value`. */
export interface WrittenAnswer {
  field: string;
  text: string;
}

/** Splits `field=value` at the first `=`; returns undefined without one. */
export const splitAnswer = (given: string): WrittenAnswer | undefined => {
  const at = given.indexOf('=');
  return at < 1 ? undefined : {field: given.slice(0, at), text: given.slice(at + 1)};
};

/** Conversation that asks the questions, and the answers that a session has. */
interface AnswerSources {
  conversation: Conversation;
  stored: StoredAnswer[];
}

/** Returns the fields that the conversation does not ask for and that have no stored answer. */
export const findUnknownFields = (
  written: WrittenAnswer[],
  {conversation, stored}: AnswerSources,
): string[] => {
  const known = new Set([...mapQuestions(conversation).keys(), ...stored.map(({field}) => field)]);
  return written.map(({field}) => field).filter((field) => !known.has(field));
};

/** Returns answers to known fields as the API expects them. */
export const parseAnswers = (
  written: WrittenAnswer[],
  {conversation, stored}: AnswerSources,
): GivenAnswers => {
  const questions = mapQuestions(conversation);
  const values = new Map(stored.map(({field, value}) => [field, value]));
  return Object.fromEntries(
    written.map(({field, text}) => {
      const question = questions.get(field)?.step;
      return [field, question ? parseAnswer(question, text) : parseLike(values.get(field), text)];
    }),
  );
};

/** Returns the value for a question. A text that does not fit stays a text, which is refused later. */
const parseAnswer = (question: Question, text: string): unknown => {
  switch (question.kind) {
    case 'number':
      return parseNumber(text);
    case 'yes_no':
      return parseBoolean(text);
    case 'choice': {
      const values = question.options.map(({value}) => value);
      const parse = (one: string): Choice =>
        question.other && !values.includes(one) ? {other: one} : one;
      return question.multiple ? splitList(text).map(parse) : parse(text);
    }
    default:
      return text;
  }
};

/** Returns the value in the form of an earlier answer, because its question no longer exists. */
const parseLike = (before: StoredAnswer['value'] | undefined, text: string): unknown => {
  if (typeof before === 'number') return parseNumber(text);
  if (typeof before === 'boolean') return parseBoolean(text);
  if (Array.isArray(before)) return splitList(text);
  return isOther(before) ? {other: text} : text;
};

const parseNumber = (text: string): unknown => {
  const value = Number(text);
  return text.trim() === '' || !Number.isFinite(value) ? text : value;
};

const parseBoolean = (text: string): unknown => {
  if (text === 'true' || text === 'yes') return true;
  return text === 'false' || text === 'no' ? false : text;
};

const splitList = (text: string): string[] =>
  text === '' ? [] : text.split(',').map((one) => one.trim());

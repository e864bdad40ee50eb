import {isOther} from '../contract/answers.js';
import type {Conversation} from '../contract/conversation.js';
import type {Choice, Question} from '../contract/questions.js';
import type {GivenAnswers} from '../contract/session-answers.js';
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

/**
 * Returns answers as the API expects them. Returns undefined if the conversation neither asks for a
 * field nor has an answer to it.
 */
export const parseAnswers = (
  written: WrittenAnswer[],
  {conversation, stored}: {conversation: Conversation; stored: StoredAnswer[]},
): GivenAnswers | undefined => {
  const given: [string, unknown][] = [];
  for (const {field, text} of written) {
    const step = conversation.steps.find((one) => 'kind' in one && one.field === field);
    const before = stored.find((answer) => answer.field === field);
    if (step && 'kind' in step) given.push([field, parseAnswer(step, text)]);
    else if (before) given.push([field, parseLike(before.value, text)]);
    else return undefined;
  }
  return Object.fromEntries(given);
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
const parseLike = (before: StoredAnswer['value'], text: string): unknown => {
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

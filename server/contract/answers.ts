import {
  MAX_LONG_TEXT_LENGTH,
  MAX_OPTIONS,
  MAX_OTHER_LENGTH,
  MAX_PHONE_DIGITS,
  MAX_PHONE_LENGTH,
  MAX_TEXT_LENGTH,
  MAX_URL_LENGTH,
  MIN_PHONE_DIGITS,
} from './answer-limits.js';
import {INVISIBLE} from './invisible.js';
import type {Question, QuestionKind} from './questions.js';

/**
 * Validation of one answer, which the server and the widget share. Apart from these limits it
 * imports only types, so that the widget can bundle it.
 */

export const ANSWER_ERROR_CODES = [
  'wrong_type',
  'too_short',
  'too_long',
  'unknown_choice',
  'repeated_choice',
  'too_few_choices',
  'too_many_choices',
  'too_small',
  'too_large',
  'too_many_decimals',
  'not_a_date',
  'too_early',
  'too_late',
  'not_a_phone',
  'not_a_url',
  'not_http',
  'too_many_answers',
  'answers_too_large',
] as const;

/** Expectation that an answer does not meet. `min`, `max` and `type` are for the texts about it. */
export interface AnswerError {
  code: (typeof ANSWER_ERROR_CODES)[number];
  /** Least length, number of choices, number or date (`YYYY-MM-DD`). */
  min?: number | string;
  /** Greatest length, number of choices, number, date, number of decimals, or size in bytes. */
  max?: number | string;
  /** Expected type of a `wrong_type`. */
  type?: 'string' | 'number' | 'boolean' | 'choice' | 'choices' | 'answer';
}

/**
 * Days that `today` can mean, as `YYYY-MM-DD`. In the browser both are the visitor's own day. The
 * server does not know the visitor's time zone, so that it accepts the days around its own.
 */
export interface Today {
  earliest: string;
  latest: string;
}

/**
 * Returns an answer in the form that is stored. Its texts have no space around them, and no
 * characters that cannot be stored or that disguise the text. A URL has a scheme. Other values are
 * unchanged.
 */
export const cleanAnswer = (kind: QuestionKind | undefined, given: unknown): unknown => {
  const clean = cleaners[kind ?? 'long_text'] ?? cleanLine;
  const cleanChoice = (choice: unknown): unknown => {
    if (typeof choice === 'string') return clean(choice);
    return isOther(choice) ? {other: clean(choice.other)} : choice;
  };
  return Array.isArray(given) ? given.map(cleanChoice) : cleanChoice(given);
};

/** Returns the first expectation that an answer to a question does not meet; null for a valid one. */
export const checkAnswer = (
  question: Question,
  given: unknown,
  today: Today,
): AnswerError | null => {
  const value = cleanAnswer(question.kind, given);
  switch (question.kind) {
    case 'text':
      return checkText(value, question, MAX_TEXT_LENGTH);
    case 'long_text':
      return checkText(value, question, MAX_LONG_TEXT_LENGTH);
    case 'choice':
      return question.multiple ? checkChoices(value, question) : checkChoice(value, question);
    case 'yes_no':
      return typeof value === 'boolean' ? null : {code: 'wrong_type', type: 'boolean'};
    case 'number':
      return checkNumber(value, question);
    case 'date':
      return checkDate(value, question, today);
    case 'phone':
      return checkText(value, {}, MAX_PHONE_LENGTH) ?? checkPhone(value as string);
    case 'url':
      return checkText(value, {}, MAX_URL_LENGTH) ?? checkUrl(value as string);
  }
};

/** Checks an answer to a question that the conversation no longer has, under the general limits. */
export const checkUnaskedAnswer = (given: unknown): AnswerError | null => {
  const value = cleanAnswer(undefined, given);
  if (typeof value === 'number') return Number.isFinite(value) ? null : NOT_A_NUMBER;
  if (typeof value === 'boolean') return null;
  if (!Array.isArray(value)) return checkUnaskedText(value, 'answer');
  const strings = value.filter((choice) => typeof choice === 'string');
  // One more for the visitor's own words.
  if (strings.length > MAX_OPTIONS || value.length > MAX_OPTIONS + 1) {
    return {code: 'too_many_choices', max: MAX_OPTIONS};
  }
  return findError(value, (choice) => checkUnaskedText(choice, 'choices'));
};

const checkUnaskedText = (value: unknown, type: 'answer' | 'choices'): AnswerError | null => {
  const text = isOther(value) ? value.other : value;
  if (typeof text !== 'string') return {code: 'wrong_type', type};
  return checkLength(text, 0, MAX_LONG_TEXT_LENGTH);
};

type Of<Kind extends QuestionKind> = Extract<Question, {kind: Kind}>;

const checkText = (
  value: unknown,
  {min_length = 1, max_length}: Pick<Of<'text' | 'long_text'>, 'min_length' | 'max_length'>,
  limit: number,
): AnswerError | null =>
  typeof value === 'string'
    ? checkLength(value, min_length, Math.min(max_length ?? limit, limit))
    : {code: 'wrong_type', type: 'string'};

const checkLength = (text: string, min: number, max: number): AnswerError | null => {
  // Some characters, such as U+3164, are invisible.
  const length = /^\p{Default_Ignorable_Code_Point}*$/u.test(text) ? 0 : [...text].length;
  if (length < min) return {code: 'too_short', min};
  return length > max ? {code: 'too_long', max} : null;
};

const checkChoice = (
  value: unknown,
  {options, other}: Pick<Of<'choice'>, 'options' | 'other'>,
): AnswerError | null => {
  if (isOther(value)) {
    return other ? checkLength(value.other, 1, MAX_OTHER_LENGTH) : {code: 'unknown_choice'};
  }
  if (typeof value !== 'string') return {code: 'wrong_type', type: 'choice'};
  return options.some((option) => option.value === value) ? null : {code: 'unknown_choice'};
};

const checkChoices = (value: unknown, question: Of<'choice'>): AnswerError | null => {
  if (!Array.isArray(value)) return {code: 'wrong_type', type: 'choices'};
  const choices: unknown[] = value;
  const {min_choices, max_choices: max = Infinity} = question;
  // Earlier versions accepted a minimum of 0.
  const min = min_choices || 1;
  const most = Math.min(max, question.options.length + (question.other ? 1 : 0));
  // Before the elements, because an attacker can send tens of thousands of them.
  if (choices.length > most) return {code: 'too_many_choices', max: most};
  const error = findError(choices, (choice) => checkChoice(choice, question));
  if (error) return error;
  // Null for the visitor's own words, which are one choice.
  const chosen = choices.map((choice) => (isOther(choice) ? null : choice));
  if (new Set(chosen).size < chosen.length) return {code: 'repeated_choice'};
  return choices.length < min ? {code: 'too_few_choices', min} : null;
};

const NOT_A_NUMBER = {code: 'wrong_type', type: 'number'} as const;

const checkNumber = (
  value: unknown,
  {min = -Infinity, max = Infinity, decimals = 0}: Of<'number'>,
): AnswerError | null => {
  if (typeof value !== 'number' || !Number.isFinite(value)) return NOT_A_NUMBER;
  if (countDecimals(value) > decimals) return {code: 'too_many_decimals', max: decimals};
  if (value < min) return {code: 'too_small', min};
  return value > max ? {code: 'too_large', max} : null;
};

/** Returns the number of decimals of the shortest notation: 3 for 1.005, and 7 for 1e-7. */
const countDecimals = (value: number): number => {
  const [digits = '', exponent = '0'] = String(value).split('e');
  return Math.max(0, (digits.split('.')[1]?.length ?? 0) - Number(exponent));
};

const checkDate = (
  value: unknown,
  {min, max}: Of<'date'>,
  {earliest, latest}: Today,
): AnswerError | null => {
  if (typeof value !== 'string') return {code: 'wrong_type', type: 'string'};
  if (!isDate(value)) return {code: 'not_a_date'};
  // Dates of this form are in alphabetical order.
  const first = min === 'today' ? earliest : min;
  if (first && value < first) return {code: 'too_early', min: first};
  const last = max === 'today' ? latest : max;
  return last && value > last ? {code: 'too_late', max: last} : null;
};

/** Returns whether a text is a day of the calendar in the form `YYYY-MM-DD`. */
export const isDate = (text: string): boolean =>
  /^(?!0000)\d{4}-/.test(text) &&
  // Null for an invalid date, unlike `toISOString`, which throws.
  (new Date(text).toJSON() as string | null)?.slice(0, 10) === text;

/** Returns the UTC day of a time as `YYYY-MM-DD`. */
export const toDay = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

const checkPhone = (text: string): AnswerError | null => {
  const digits = new RegExp(`^\\p{Nd}{${MIN_PHONE_DIGITS},${MAX_PHONE_DIGITS}}$`, 'u');
  return digits.test(text.replace(/[+ ()\-./]/g, ''))
    ? null
    : {code: 'not_a_phone', min: MIN_PHONE_DIGITS, max: MAX_PHONE_DIGITS};
};

/** Exists in Node and in browsers, whose types this folder does not have. */
declare const URL: new (text: string) => unknown;

const checkUrl = (text: string): AnswerError | null => {
  if (/^(?!https?:)[a-z][a-z\d+.-]*:\/\//i.test(text)) return {code: 'not_http'};
  // `URL` also accepts `https:example.com`, user information, an empty port, and white space.
  const isUrl = /^https?:\/\/[^\s/?#\\@]*[^\s/?#\\@:]([/?#]\S*)?$/i.test(text) && canParse(text);
  return isUrl ? null : {code: 'not_a_url'};
};

const canParse = (text: string): boolean => {
  try {
    return Boolean(new URL(text));
  } catch {
    return false;
  }
};

/** Returns whether a choice is the visitor's own words. */
export const isOther = (value: unknown): value is {other: string} =>
  Object.keys(Object(value) as object).join() === 'other' &&
  typeof (value as {other: unknown}).other === 'string';

const findError = (
  choices: unknown[],
  check: (choice: unknown) => AnswerError | null,
): AnswerError | null => choices.map(check).find((error) => error) ?? null;

const cleanLine = (text: string): string =>
  text.replace(/\s/gu, ' ').replace(INVISIBLE, '').replace(/ +/g, ' ').trim();

const cleanLines = (text: string): string =>
  text
    .replace(/\r\n?/g, '\n')
    .replace(INVISIBLE, (one) => (one === '\n' || one === '\t' ? one : ''))
    .trim();

/** Adds `https://` to a host with a dot. A word is no host of the web. */
const cleanUrl = (text: string): string =>
  cleanLine(text).replace(/^(?![a-z][a-z\d+.-]*:\/\/)(?=[^/?#]*\.)/i, 'https://');

/** Functions for the kinds whose answers are not only cleaned as one line. */
const cleaners: {[Kind in QuestionKind]?: (text: string) => string} = {
  long_text: cleanLines,
  url: cleanUrl,
};

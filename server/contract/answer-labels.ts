import {isDate, isOther} from './answers.js';
import {localise, toLocale} from './localise.js';
import type {Answer, Choice, Question} from './questions.js';

/** Language of a label, and its words for the answers to a `yes_no` question. */
export interface LabelLanguage {
  /** Tag of the language (BCP 47). */
  tag: string;
  yes: string;
  no: string;
}

/**
 * Returns an answer as the visitor reads it: the labels of the options, and numbers and dates in
 * their format. Without a question, the conversation no longer has it.
 */
export const labelAnswer = (
  question: Question | undefined,
  value: Answer,
  language: LabelLanguage,
): string => {
  if (typeof value === 'boolean') return value ? language.yes : language.no;
  if (typeof value === 'number') return formatNumber(question, value, language.tag);
  // The question may have had another kind when it was answered.
  if (question?.kind === 'date' && typeof value === 'string' && isDate(value))
    return formatDate(value, language.tag);
  const choices: Choice[] = Array.isArray(value) ? value : [value];
  const labels = choices.map((choice) => labelChoice(question, choice, language.tag));
  return new Intl.ListFormat(toFormatLocale(language.tag), {style: 'narrow'}).format(labels);
};

const labelChoice = (question: Question | undefined, choice: Choice, tag: string): string => {
  if (isOther(choice)) return choice.other;
  const option =
    question?.kind === 'choice' && question.options.find(({value}) => value === choice);
  return option ? localise(option.label, tag) : choice;
};

const formatNumber = (question: Question | undefined, value: number, tag: string): string => {
  const decimals = question?.kind === 'number' && question.decimals;
  const number = new Intl.NumberFormat(toFormatLocale(tag), {
    // A price is 45.50, and a whole number has no decimals.
    minimumFractionDigits: (!Number.isInteger(value) && decimals) || 0,
    maximumFractionDigits: 20,
    // Years and postal codes have four digits.
    useGrouping: 'min2',
  }).format(value);
  const unit = question?.kind === 'number' && question.unit;
  return unit ? `${number}\u00a0${localise(unit, tag)}` : number;
};

const formatDate = (value: string, tag: string): string =>
  new Intl.DateTimeFormat(toFormatLocale(tag), {dateStyle: 'long', timeZone: 'UTC'}).format(
    new Date(value),
  );

/** Returns the locale with Latin digits, as other numbers in the conversation have them. */
const toFormatLocale = (tag: string): string =>
  new Intl.Locale(toLocale(tag) ?? 'en', {
    numberingSystem: 'latn',
    calendar: 'gregory',
  }).toString();

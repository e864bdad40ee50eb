import {isDate} from '../contract/answers.js';
import {CONTACT_FIELDS} from '../contract/questions.js';
import type {ValidationError} from '../errors.js';
import {isObject} from './is-object.js';

/** Question as far as conditions depend on it. The document can have other errors. */
export interface AskedQuestion {
  kind: unknown;
  /** Values of the options of a choice. */
  options: unknown[];
}

/** Questions of the site by their field. */
export type Questions = ReadonlyMap<unknown, AskedQuestion>;

type Fields = Record<string, unknown>;

export const findQuestions = (steps: unknown[]): Questions =>
  new Map(
    steps
      .filter(isQuestion)
      .map((step) => [step['field'], {kind: step['kind'], options: getOptionValues(step)}]),
  );

const isQuestion = (step: unknown): step is Fields =>
  isObject(step) &&
  step['type'] === 'ask' &&
  !(CONTACT_FIELDS as readonly unknown[]).includes(step['field']);

const getOptionValues = ({options}: Fields): unknown[] =>
  Array.isArray(options)
    ? options.map((option: unknown) => (isObject(option) ? option['value'] : undefined))
    : [];

/** Returns the errors of questions that a schema cannot describe. */
export const validateQuestions = (steps: unknown[], path: string): ValidationError[] => {
  const fields = steps.map((step) => (isQuestion(step) ? step['field'] : undefined));
  return steps.flatMap((step, i) => {
    if (!isQuestion(step)) return [];
    const at = `${path}/${i}`;
    const first = fields.indexOf(step['field']);
    return [
      ...(typeof step['field'] === 'string' && first < i
        ? [{path: `${at}/field`, message: `step ${first} asks for "${step['field']}" already`}]
        : []),
      ...findRepeatedOptions(getOptionValues(step), `${at}/options`),
      ...validateRange(step, ['min_length', 'max_length'], at),
      ...validateRange(step, ['min', 'max'], at),
      ...validateChoices(step, at),
      ...(step['kind'] === 'date' ? validateDates(step, at) : []),
    ];
  });
};

const findRepeatedOptions = (values: unknown[], path: string): ValidationError[] =>
  values.flatMap((value, i) => {
    const first = values.indexOf(value);
    if (typeof value !== 'string' || first === i) return [];
    return [
      {path: `${path}/${i}/value`, message: `"${value}" is the value of option ${first} already`},
    ];
  });

/** Returns an error if no answer can meet both limits. Dates of the same form compare as texts. */
const validateRange = (
  step: Fields,
  [lower, upper]: [string, string],
  path: string,
): ValidationError[] => {
  const min = step[lower];
  const max = step[upper];
  const isEmpty =
    (typeof min === 'number' && typeof max === 'number' && min > max) ||
    (isDateText(min) && isDateText(max) && min > max);
  return isEmpty ? [{path: `${path}/${lower}`, message: `must not be above ${upper}`}] : [];
};

const validateChoices = (step: Fields, path: string): ValidationError[] => {
  const {min_choices: min, other} = step;
  const count = getOptionValues(step).length + (other === true ? 1 : 0);
  const faults = validateRange(step, ['min_choices', 'max_choices'], path);
  if (typeof min !== 'number' || min <= count) return faults;
  return [...faults, {path: `${path}/min_choices`, message: `must be at most ${count}`}];
};

const validateDates = (step: Fields, path: string): ValidationError[] =>
  ['min', 'max'].flatMap((name) => {
    const value = step[name];
    // The schema refuses values of another form.
    if (typeof value !== 'string' || !/^\d/.test(value) || isDate(value)) return [];
    return [{path: `${path}/${name}`, message: 'is not a day of the calendar'}];
  });

const isDateText = (value: unknown): value is string => typeof value === 'string' && isDate(value);

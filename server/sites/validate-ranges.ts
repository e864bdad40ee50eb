import {isDate} from '../contract/answers.js';
import type {ValidationError} from '../errors.js';
import {todayAnywhere} from './today.js';

/** Properties of a question. The document can have other errors. */
type Fields = Record<string, unknown>;

/** Returns an error for each limit that no answer to the question can meet. */
export const validateRanges = (question: Fields, path: string): ValidationError[] => [
  ...validateRange(question, ['min_length', 'max_length'], path),
  ...validateRange(question, ['min', 'max'], path),
  ...(question['kind'] === 'choice' ? validateChoices(question, path) : []),
  ...(question['kind'] === 'number' ? validateDecimals(question, path) : []),
  ...(question['kind'] === 'date' ? validateDates(question, path) : []),
];

const validateRange = (
  question: Fields,
  [lower, upper]: [string, string],
  path: string,
): ValidationError[] => {
  const min = question[lower];
  const max = question[upper];
  const isEmpty = typeof min === 'number' && typeof max === 'number' && min > max;
  return isEmpty
    ? [{path: `${path}/${lower}`, message: `must be at most ${max}, the ${upper}`}]
    : [];
};

const validateChoices = (question: Fields, path: string): ValidationError[] => {
  const {min_choices: min, multiple, options, other} = question;
  if (multiple !== true) {
    return ['min_choices', 'max_choices']
      .filter((name) => question[name] !== undefined)
      .map((name) => ({
        path: `${path}/${name}`,
        message: 'has no effect without "multiple": true',
      }));
  }
  const count = (Array.isArray(options) ? options.length : 0) + (other === true ? 1 : 0);
  return typeof min === 'number' && min > count
    ? [{path: `${path}/min_choices`, message: `must be at most ${count}, the number of choices`}]
    : validateRange(question, ['min_choices', 'max_choices'], path);
};

/** Returns an error if no number with the allowed decimals is between the limits. */
const validateDecimals = ({min, max, decimals = 0}: Fields, path: string): ValidationError[] => {
  if (typeof min !== 'number' || typeof max !== 'number' || typeof decimals !== 'number') return [];
  if (min > max || !Number.isInteger(decimals) || decimals < 0 || decimals > 20) return [];
  const lowest = Math.ceil(shiftPoint(min, decimals));
  const highest = Math.floor(shiftPoint(max, decimals));
  if (!(lowest > highest)) return [];
  return [
    {
      path: `${path}/decimals`,
      message: `must be higher, because no number with ${decimals} decimals is between ${min} and ${max}`,
    },
  ];
};

/** Moves the decimal point to the right, without the error of a product. NaN for huge numbers. */
const shiftPoint = (number: number, decimals: number): number => Number(`${number}e${decimals}`);

const validateDates = ({min, max}: Fields, path: string): ValidationError[] => {
  const errors = Object.entries({min, max}).flatMap(([name, value]) =>
    // The schema refuses values of another form.
    typeof value !== 'string' || !/^\d/.test(value) || isDate(value)
      ? []
      : [{path: `${path}/${name}`, message: 'must be a day of the calendar'}],
  );
  if (errors.length > 0 || typeof min !== 'string' || typeof max !== 'string') return errors;
  const {earliest, latest} = todayAnywhere(Date.now());
  // Dates of this form are in alphabetical order.
  const isEmpty = (min === 'today' ? earliest : min) > (max === 'today' ? latest : max);
  return isEmpty
    ? [{path: `${path}/min`, message: `must not be after the max, ${max}: no day is between them`}]
    : [];
};

import {CONTACT_FIELDS} from '../contract/questions.js';
import type {Question} from '../contract/questions.js';
import type {ValidationError} from '../errors.js';
import {isObject} from './is-object.js';
import {validateRanges} from './validate-ranges.js';

/** Questions of the site by their field. Undefined for a question that has errors. */
export type Questions = ReadonlyMap<unknown, Question | undefined>;

type Fields = Record<string, unknown>;

/** Returns the questions among the steps. `isValid` has whether the step with this index has no errors. */
export const findQuestions = (steps: unknown[], isValid: (index: number) => boolean): Questions =>
  new Map(
    steps.flatMap((step, i) =>
      isQuestion(step) ? [[step['field'], isValid(i) ? (step as Question) : undefined]] : [],
    ),
  );

/** Returns whether a step asks a question of the site. It can have errors. */
export const isQuestion = (step: unknown): step is Fields =>
  isObject(step) &&
  step['type'] === 'ask' &&
  !(CONTACT_FIELDS as readonly unknown[]).includes(step['field']);

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
      ...validateRanges(step, at),
    ];
  });
};

const getOptionValues = ({options}: Fields): unknown[] =>
  Array.isArray(options)
    ? options.map((option: unknown) => (isObject(option) ? option['value'] : undefined))
    : [];

const findRepeatedOptions = (values: unknown[], path: string): ValidationError[] =>
  values.flatMap((value, i) => {
    const first = values.indexOf(value);
    if (typeof value !== 'string' || first === i) return [];
    return [
      {path: `${path}/${i}/value`, message: `"${value}" is the value of option ${first} already`},
    ];
  });

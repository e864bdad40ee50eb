import {isDate} from '../contract/answers.js';
import {FieldTest} from '../contract/conversation.js';
import type {ValidationError} from '../errors.js';
import {isObject} from './is-object.js';
import type {AskedQuestion, Questions} from './validate-questions.js';
import {validateSchema} from './validate-schema.js';

/** Maximum nesting of conditions, so that the widget does not run out of stack. */
const MAX_DEPTH = 20;

/** Returns the errors of a condition, which can read the answers to these questions. */
export const validateCondition = (
  condition: unknown,
  questions: Questions,
  path: string,
  depth = 1,
): ValidationError[] => {
  if (depth > MAX_DEPTH) return [{path, message: `is nested deeper than ${MAX_DEPTH}`}];
  if (!isObject(condition)) return [{path, message: 'must be object'}];
  const [combined, ...others] = Object.keys(condition);
  if (combined !== 'all' && combined !== 'any' && combined !== 'not') {
    return validateTest(condition, questions, path);
  }
  const extra = others.map((name) => ({
    path: `${path}/${name}`,
    message: 'is not an allowed property',
  }));
  const inner = condition[combined];
  const at = `${path}/${combined}`;
  const validate = (item: unknown, itemPath: string) =>
    validateCondition(item, questions, itemPath, depth + 1);
  if (combined === 'not') return [...validate(inner, at), ...extra];
  if (!Array.isArray(inner)) return [{path: at, message: 'must be array'}, ...extra];
  return [...inner.flatMap((item: unknown, i) => validate(item, `${at}/${i}`)), ...extra];
};

const validateTest = (given: unknown, questions: Questions, path: string): ValidationError[] => {
  const faults = validateSchema(FieldTest, given, path);
  // A field outside the union has an error for each of its members.
  if (faults.length > 0) return [...new Map(faults.map((one) => [one.path, one])).values()];
  const test = given as FieldTest;
  const field = /^answers\.(.*)$/.exec(test.field)?.[1];
  const question = field === undefined ? undefined : questions.get(field);
  if (field !== undefined && !question) {
    return [{path: `${path}/field`, message: `no step asks for "${field}"`}];
  }
  const message = validateValue(test, question);
  return message === undefined ? [] : [{path: `${path}/value`, message}];
};

const validateValue = (
  {operator, value}: FieldTest,
  question: AskedQuestion | undefined,
): string | undefined => {
  switch (operator) {
    case 'is_set':
      return typeof value === 'boolean' ? undefined : 'must be true or false for is_set';
    case 'at_least':
    case 'at_most':
      if (question?.kind !== 'date')
        return typeof value === 'number' ? undefined : `must be a number for ${operator}`;
      return typeof value === 'string' && isDate(value)
        ? undefined
        : 'must be a date in the form YYYY-MM-DD';
    case 'includes':
      if (typeof value !== 'string') return 'must be the value of an option for includes';
      return validateOption(value, question);
    default:
      return typeof value === 'string' ? validateOption(value, question) : undefined;
  }
};

const validateOption = (value: string, question: AskedQuestion | undefined): string | undefined => {
  if (question?.kind !== 'choice' || question.options.includes(value)) return undefined;
  return `there is no option "${value}"`;
};

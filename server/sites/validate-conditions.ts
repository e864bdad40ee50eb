import {checkAnswer, cleanAnswer} from '../contract/answers.js';
import {FieldTest} from '../contract/conversation.js';
import type {Question} from '../contract/questions.js';
import type {ValidationError} from '../errors.js';
import {describeExpected} from '../text/expected-answer.js';
import {isObject} from './is-object.js';
import type {Questions} from './validate-questions.js';
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
  const errors = validateSchema(FieldTest, given, path);
  // A field outside the union has an error for each of its members.
  if (errors.length > 0) return [...new Map(errors.map((one) => [one.path, one])).values()];
  const test = given as FieldTest;
  const field = /^answers\.(.*)$/.exec(test.field)?.[1];
  if (field !== undefined && !questions.has(field)) {
    return [{path: `${path}/field`, message: `no step asks for "${field}"`}];
  }
  const question = field === undefined ? toQuestion(test.field) : questions.get(field);
  // The errors of the question are reported with its step.
  if (!question) return [];
  const operators = listOperators(question);
  if (!operators.includes(test.operator)) {
    const message = describeMisfit(test.operator, test.field, question);
    return [{path: `${path}/operator`, message: `${message}. Expected ${formatList(operators)}`}];
  }
  const expected = findExpected(test, question);
  if (expected === undefined) return [];
  const message = describeMisfit(test.value, test.field, question);
  return [{path: `${path}/value`, message: `${message}. Expected ${expected}`}];
};

/** Returns a field of the contact, a consent or the number of files as a question with such values. */
const toQuestion = (field: string): Question => {
  const shared = {type: 'ask', field, text: ''} as const;
  if (field === 'files.stored') return {...shared, kind: 'number', min: 0};
  if (field.startsWith('consents.')) return {...shared, kind: 'yes_no'};
  return {...shared, kind: 'text'};
};

const listOperators = (question: Question): FieldTest['operator'][] => {
  const compares = question.kind === 'number' || question.kind === 'date';
  return [
    'is',
    'is_not',
    ...(compares ? (['at_least', 'at_most'] as const) : []),
    ...(isMultiple(question) ? (['includes'] as const) : []),
    'is_set',
  ];
};

const isMultiple = (question: Question): boolean =>
  question.kind === 'choice' && question.multiple === true;

const describeMisfit = (given: FieldTest['value'], field: string, question: Question): string => {
  const several = isMultiple(question) ? ' with several choices' : '';
  const kind = field.startsWith('answers.')
    ? `, which has the kind ${question.kind}${several}`
    : '';
  return `${JSON.stringify(given)} does not fit "${field}"${kind}`;
};

/** Returns the expected value, as words, if no answer makes the test true; undefined otherwise. */
const findExpected = (
  {field, operator, value}: FieldTest,
  question: Question,
): string | undefined => {
  switch (operator) {
    case 'is_set':
      return typeof value === 'boolean' ? undefined : 'true or false';
    case 'at_least':
      return findExpectedLimit({...question, min: undefined} as Question, value);
    case 'at_most':
      return findExpectedLimit({...question, max: undefined} as Question, value);
    case 'includes':
      return findMismatch({...question, multiple: false, other: false} as Question, value);
    default:
      return findExpectedValue(question, value, field === 'files.stored');
  }
};

/** The limit can have any decimals: 0.5 divides whole numbers too. */
const findExpectedLimit = (question: Question, value: unknown): string | undefined =>
  findMismatch(question.kind === 'number' ? {...question, decimals: Infinity} : question, value);

const findExpectedValue = (
  question: Question,
  value: FieldTest['value'],
  hasAlwaysValue: boolean,
): string | undefined => {
  if (value === null && !hasAlwaysValue) return undefined;
  if (isMultiple(question)) return 'null, or the operator includes';
  const stored = cleanAnswer(question.kind, value);
  const expected =
    findMismatch({...question, other: false} as Question, value) ??
    (stored === value ? undefined : `the text as it is stored: ${JSON.stringify(stored)}`);
  return expected === undefined || hasAlwaysValue ? expected : `${expected}, or null`;
};

/** Compares with any day, because `today` is another day at each answer. */
const ANY_DAY = {earliest: '0001-01-01', latest: '9999-12-31'};

const findMismatch = (question: Question, value: unknown): string | undefined => {
  const expected = checkAnswer(question, value, ANY_DAY);
  return expected ? describeExpected(expected, question) : undefined;
};

const formatList = (items: string[]): string =>
  `${items.slice(0, -1).join(', ')} or ${items.at(-1)}`;

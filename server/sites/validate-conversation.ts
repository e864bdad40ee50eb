import {Type} from 'typebox';

import {FieldTest, MAX_STEPS, stepShapes} from '../contract/conversation.js';
import type {Step} from '../contract/conversation.js';
import type {ValidationError} from '../errors.js';
import {validateRefusals} from './validate-refusals.js';
import {validateSchema} from './validate-schema.js';

// Conditions are validated by hand, because a union's errors also name the forms that do not apply.
const SHAPES = stepShapes(Type.Unknown());
const Frame = Type.Object(
  {version: Type.Literal(1), steps: Type.Array(Type.Unknown(), {minItems: 1, maxItems: MAX_STEPS})},
  {additionalProperties: false},
);
/** Maximum nesting of conditions, so that the widget does not run out of stack. */
const MAX_DEPTH = 20;

type Fields = Record<string, unknown>;

/** Returns the errors of a conversation document, with the path of each error. */
export const validateConversation = (document: unknown, path: string): ValidationError[] => {
  const steps = isObject(document) ? document['steps'] : undefined;
  const frame = validateSchema(Frame, document, path);
  if (!Array.isArray(steps)) return frame;
  const ids = steps.map((step: unknown) => (isObject(step) ? step['id'] : undefined));
  const errors = [
    ...frame,
    ...steps.flatMap((step: unknown, i) => validateStep(step, ids, `${path}/steps/${i}`)),
    ...findRepeatedIds(ids, `${path}/steps`),
  ];
  // Branches can be followed only in a document that is otherwise valid.
  return errors.length > 0 ? errors : validateRefusals(steps as Step[], `${path}/steps`);
};

const validateStep = (step: unknown, ids: unknown[], path: string): ValidationError[] => {
  if (!isObject(step)) return [{path, message: 'must be object'}];
  const shape = SHAPES[step['type'] as keyof typeof SHAPES] as
    (typeof SHAPES)[keyof typeof SHAPES] | undefined;
  if (!shape || !Object.hasOwn(SHAPES, String(step['type']))) {
    const message = `must be one of ${Object.keys(SHAPES).join(', ')}`;
    return [{path: `${path}/type`, message}];
  }
  const branches = Array.isArray(step['next']) ? (step['next'] as unknown[]) : [];
  return [
    ...validateSchema(shape, step, path),
    ...branches.flatMap((branch, i) => validateBranch(branch, ids, `${path}/next/${i}`)),
  ];
};

const validateBranch = (branch: unknown, ids: unknown[], path: string): ValidationError[] => {
  if (!isObject(branch)) return [];
  const {to, when} = branch;
  const leadsNowhere = typeof to === 'string' && !ids.includes(to);
  return [
    ...(leadsNowhere ? [{path: `${path}/to`, message: `there is no step "${to}"`}] : []),
    ...(when === undefined ? [] : validateCondition(when, `${path}/when`)),
  ];
};

const validateCondition = (condition: unknown, path: string, depth = 1): ValidationError[] => {
  if (depth > MAX_DEPTH) return [{path, message: `is nested deeper than ${MAX_DEPTH}`}];
  if (!isObject(condition)) return [{path, message: 'must be object'}];
  const [combined, ...others] = Object.keys(condition);
  if (combined !== 'all' && combined !== 'any' && combined !== 'not') {
    return validateTest(condition, path);
  }
  const extra = others.map((name) => ({
    path: `${path}/${name}`,
    message: 'is not an allowed property',
  }));
  const inner = condition[combined];
  const at = `${path}/${combined}`;
  if (combined === 'not') return [...validateCondition(inner, at, depth + 1), ...extra];
  if (!Array.isArray(inner)) return [{path: at, message: 'must be array'}, ...extra];
  return [
    ...inner.flatMap((item: unknown, i) => validateCondition(item, `${at}/${i}`, depth + 1)),
    ...extra,
  ];
};

const validateTest = (test: Fields, path: string): ValidationError[] => {
  const faults = validateSchema(FieldTest, test, path);
  const compares = test['operator'] === 'at_least' || test['operator'] === 'at_most';
  if (faults.length > 0 || !compares || typeof test['value'] === 'number') return faults;
  return [{path: `${path}/value`, message: `must be a number for ${String(test['operator'])}`}];
};

const findRepeatedIds = (ids: unknown[], path: string): ValidationError[] =>
  ids.flatMap((id, i) => {
    const first = ids.indexOf(id);
    if (typeof id !== 'string' || first === i) return [];
    return [{path: `${path}/${i}/id`, message: `"${id}" is the id of step ${first} already`}];
  });

const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

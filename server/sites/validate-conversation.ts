import {Type} from 'typebox';

import {MAX_STEPS, askShapes, stepShapes} from '../contract/conversation.js';
import type {Step} from '../contract/conversation.js';
import type {ValidationError} from '../errors.js';
import {isObject} from './is-object.js';
import {validateCondition} from './validate-conditions.js';
import {findQuestions, isQuestion, validateQuestions} from './validate-questions.js';
import type {Questions} from './validate-questions.js';
import {validateRefusals} from './validate-refusals.js';
import {validateSchema} from './validate-schema.js';

// Conditions are validated by hand, because a union's errors also name the forms that do not apply.
const SHAPES = stepShapes(Type.Unknown());
const ASK_SHAPES = askShapes(Type.Unknown());
const Frame = Type.Object(
  {version: Type.Literal(1), steps: Type.Array(Type.Unknown(), {minItems: 1, maxItems: MAX_STEPS})},
  {additionalProperties: false},
);

/** Returns the errors of a conversation document, with the path of each error. */
export const validateConversation = (document: unknown, path: string): ValidationError[] => {
  const steps = isObject(document) ? document['steps'] : undefined;
  const frame = validateSchema(Frame, document, path);
  if (!Array.isArray(steps)) return frame;
  const ids = steps.map((step: unknown) => (isObject(step) ? step['id'] : undefined));
  const shapeErrors = steps.map((step, i) => validateShape(step, `${path}/steps/${i}`));
  const questions = findQuestions(steps, (i) => shapeErrors[i]?.length === 0);
  const errors = [
    ...frame,
    ...steps.flatMap((step: unknown, i) => [
      ...(shapeErrors[i] ?? []),
      ...validateBranches(step, {ids, questions}, `${path}/steps/${i}`),
    ]),
    ...findRepeatedIds(ids, `${path}/steps`),
    ...validateQuestions(steps, `${path}/steps`),
  ];
  // Branches can be followed only in a document that is otherwise valid.
  return errors.length > 0 ? errors : validateRefusals(steps as Step[], `${path}/steps`);
};

/** Steps and questions that branches can refer to. */
interface Known {
  ids: unknown[];
  questions: Questions;
}

/** Returns the errors of a step, except those of its conditions. */
const validateShape = (step: unknown, path: string): ValidationError[] => {
  if (!isObject(step)) return [{path, message: 'must be object'}];
  const [shapes, property] = isQuestion(step) ? [ASK_SHAPES, 'kind'] : [SHAPES, 'type'];
  const name = step[property];
  return typeof name === 'string' && Object.hasOwn(shapes, name)
    ? validateSchema(shapes[name as keyof typeof shapes], step, path)
    : [{path: `${path}/${property}`, message: `must be one of ${Object.keys(shapes).join(', ')}`}];
};

const validateBranches = (step: unknown, known: Known, path: string): ValidationError[] => {
  const branches = isObject(step) && Array.isArray(step['next']) ? (step['next'] as unknown[]) : [];
  return branches.flatMap((branch, i) => validateBranch(branch, known, `${path}/next/${i}`));
};

const validateBranch = (branch: unknown, known: Known, path: string): ValidationError[] => {
  if (!isObject(branch)) return [];
  const {to, when} = branch;
  const leadsNowhere = typeof to === 'string' && !known.ids.includes(to);
  return [
    ...(leadsNowhere ? [{path: `${path}/to`, message: `there is no step "${to}"`}] : []),
    ...(when === undefined ? [] : validateCondition(when, known.questions, `${path}/when`)),
  ];
};

const findRepeatedIds = (ids: unknown[], path: string): ValidationError[] =>
  ids.flatMap((id, i) => {
    const first = ids.indexOf(id);
    if (typeof id !== 'string' || first === i) return [];
    return [{path: `${path}/${i}/id`, message: `"${id}" is the id of step ${first} already`}];
  });

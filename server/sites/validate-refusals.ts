import type {Condition, Step} from '../contract/conversation.js';
import type {ValidationError} from '../errors.js';

const MESSAGE =
  'leads a visitor who refuses storage to a step that is not an end with the outcome "refused". ' +
  'Add {"when": {"field": "consents.personal_data", "operator": "is", "value": false}, ' +
  '"to": "refused"} as the first branch, and the step ' +
  '{"id": "refused", "type": "end", "outcome": "refused"}';

/**
 * Returns an error for each question about storage whose refusal does not lead to an end with the
 * outcome `refused`: the end for complete sessions would thank a visitor who sent nothing.
 */
export const validateRefusals = (steps: Step[], path: string): ValidationError[] =>
  steps.flatMap((step, i) => {
    if (step.type !== 'consent' || step.purpose !== 'personal_data') return [];
    const isRefused = findTargets(steps, i).every(
      (target) => target?.type === 'end' && target.outcome === 'refused',
    );
    return isRefused ? [] : [{path: `${path}/${i}/next`, message: MESSAGE}];
  });

/** Returns the steps that can follow the refusal; undefined is the end of the document. */
const findTargets = (steps: Step[], index: number): (Step | undefined)[] => {
  const targets: (Step | undefined)[] = [];
  for (const {when, to} of steps[index]?.next ?? []) {
    const holds = when === undefined || holdsAfterRefusal(when);
    if (holds !== false) targets.push(steps.find(({id}) => id === to));
    if (holds === true) return targets;
  }
  return [...targets, steps[index + 1]];
};

/** Returns whether a condition is true after a refusal; undefined if other answers decide. */
const holdsAfterRefusal = (condition: Condition): boolean | undefined => {
  if ('not' in condition) {
    const holds = holdsAfterRefusal(condition.not);
    return holds === undefined ? undefined : !holds;
  }
  if ('all' in condition) {
    const results = condition.all.map(holdsAfterRefusal);
    if (results.includes(false)) return false;
    return results.includes(undefined) ? undefined : true;
  }
  if ('any' in condition) {
    const results = condition.any.map(holdsAfterRefusal);
    if (results.includes(true)) return true;
    return results.includes(undefined) ? undefined : false;
  }
  if (condition.field !== 'consents.personal_data') return undefined;
  if (condition.operator === 'is') return condition.value === false;
  return condition.operator === 'is_not' && condition.value !== false;
};

import type {Condition, Conversation, Step} from '../../../server/contract/conversation.js';
import {DEFAULT_CONVERSATION} from '../../../server/contract/default-conversation.js';

import type {Answers} from './answers.js';
import {isStepType, typeOf} from './step-types.js';

/** Steps of a conversation and the branches between them. Invalid documents are replaced by the default. */
export class StepGraph {
  readonly steps: readonly Step[];

  constructor(document: unknown) {
    this.steps = isConversation(document) ? document.steps : DEFAULT_CONVERSATION.steps;
  }

  get first(): Step {
    return this.steps[0]!;
  }

  /** Returns the target of the first branch whose condition is true, otherwise the next step. */
  after(step: Step, answers: Answers): Step | null {
    const branch = step.next?.find(({when}) => when === undefined || holds(when, answers));
    if (branch) return this.find(branch.to);
    return this.steps[this.steps.indexOf(step) + 1] ?? null;
  }

  find(id: string) {
    return this.firstOf((step) => step.id === id);
  }

  firstOf(fits: (step: Step) => boolean): Step | null {
    return this.steps.find(fits) ?? null;
  }

  endOf(outcome: 'complete' | 'refused') {
    return this.firstOf((step) => step.type === 'end' && step.outcome === outcome);
  }

  /** Returns the number of the step among the questions, or null for other steps. */
  positionOf(step: Step): {index: number; total: number} | null {
    const questions = this.steps.filter((one) => typeOf(one).isQuestion);
    const index = questions.indexOf(step);
    return index < 0 ? null : {index: index + 1, total: questions.length};
  }
}

const holds = (condition: Condition, answers: Answers): boolean => {
  if ('all' in condition) return condition.all.every((one) => holds(one, answers));
  if ('any' in condition) return condition.any.some((one) => holds(one, answers));
  if ('not' in condition) return !holds(condition.not, answers);
  const found = answers[condition.field] ?? null;
  const wanted = condition.value;
  if (condition.operator === 'is') return found === wanted;
  if (condition.operator === 'is_not') return found !== wanted;
  if (typeof found !== 'number' || typeof wanted !== 'number') return false;
  return condition.operator === 'at_least' ? found >= wanted : found <= wanted;
};

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

const isConversation = (document: unknown): document is Conversation => {
  const {version, steps} = (document ?? {}) as Partial<Conversation>;
  if (version !== 1 || !Array.isArray(steps) || steps.length === 0) return false;
  const ids = new Set<unknown>(steps.map((step) => step?.id));
  return ids.size === steps.length && steps.every((step) => isStep(step, ids));
};

const isStep = (step: unknown, ids: Set<unknown>) => {
  if (!isObject(step)) return false;
  const {id, type, text = '', next = []} = step;
  if (!isStepType(type)) return false;
  const [key, ...accepted] = typeOf({type}).field ?? [];
  return (
    typeof id === 'string' &&
    (!key || accepted.includes(step[key] as string)) &&
    (isObject(text) ? Object.values(text) : [text]).every((one) => typeof one === 'string') &&
    Array.isArray(next) &&
    next.every((branch) => isObject(branch) && ids.has(branch['to']) && isBranch(branch['when']))
  );
};

const isBranch = (when: unknown) => when === undefined || isCondition(when);

/** Checks the keys in the same order as `holds`. */
const isCondition = (condition: unknown): boolean => {
  if (!isObject(condition)) return false;
  if ('all' in condition) return isList(condition['all']);
  if ('any' in condition) return isList(condition['any']);
  if ('not' in condition) return isCondition(condition['not']);
  return typeof condition['field'] === 'string';
};

const isList = (conditions: unknown) =>
  Array.isArray(conditions) && conditions.every((one) => isCondition(one));

import type {Condition, Conversation, Step} from '../../../server/contract/conversation.js';
import {DEFAULT_CONVERSATION} from '../../../server/contract/default-conversation.js';

import type {Answers} from './answers.js';
import {isEndOf, isStepType, typeOf} from './step-types.js';

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

  /** Returns the site's own end, otherwise the default one. */
  endOf(outcome: 'complete' | 'refused') {
    const fits = (step: Step) => isEndOf(step, outcome);
    return this.firstOf(fits) ?? DEFAULT_CONVERSATION.steps.find(fits)!;
  }

  /** Returns the number of the step among the questions, or null for other steps. */
  positionOf(step: Step): {index: number; total: number} | null {
    const questions = this.steps.filter((one) => typeOf(one).isQuestion);
    const index = questions.indexOf(step);
    return index < 0 ? null : {index: index + 1, total: questions.length};
  }
}

/** The keys of all kinds of conditions. */
type AnyCondition = Extract<Condition, {field: string}> & {
  all?: Condition[];
  any?: Condition[];
  not?: Condition;
};

const holds = (condition: Condition, answers: Answers): boolean => {
  const {all, any, not, field, operator, value} = condition as AnyCondition;
  if (all) return all.every((one) => holds(one, answers));
  if (any) return any.some((one) => holds(one, answers));
  if (not) return !holds(not, answers);
  const found = answers[field] ?? null;
  if (operator === 'is') return found === value;
  if (operator === 'is_not') return found !== value;
  if (operator === 'is_set') return (found !== null) === value;
  if (operator === 'includes') return Array.isArray(found) && found.includes(value as string);
  // Numbers, or dates in the form `YYYY-MM-DD`, which are in alphabetical order.
  if (found === null || value === null || typeof found !== typeof value) return false;
  return operator === 'at_least' ? found >= value : found <= value;
};

const isConversation = (document: unknown): document is Conversation => {
  const {version, steps} = (document ?? {}) as Partial<Conversation>;
  if (version !== 1 || !Array.isArray(steps) || steps.length === 0) return false;
  const ids = new Set<unknown>(steps.map((step) => step?.id));
  return ids.size === steps.length && steps.every((step) => isStep(step, ids));
};

type Branch = NonNullable<Step['next']>[number];

const isStep = (step: Record<string, unknown> | null, ids: Set<unknown>) => {
  const {id, type, kind, text = '', next = []} = step ?? {};
  if (typeof id !== 'string' || !isStepType(type)) return false;
  const [key, ...accepted] = typeOf({type}).field ?? [];
  const texts = text instanceof Object ? Object.values(text) : [text];
  return (
    // The code of the questions accepts whatever else they have.
    (!key || accepted.includes(step![key] as string) || (type === 'ask' && kind && text)) &&
    texts.every((one) => typeof one === 'string') &&
    Array.isArray(next) &&
    (next as (Partial<Branch> | null)[]).every((one) => ids.has(one?.to) && isWhen(one?.when))
  );
};

/** A branch without a condition is taken. */
const isWhen = (when: unknown) => when === undefined || isCondition(when);

/** Checks the keys in the same order as `holds`. */
const isCondition = (condition: unknown): boolean => {
  const {all, any, not, field} = Object(condition) as Record<keyof AnyCondition, unknown>;
  const list = all === undefined ? any : all;
  if (list !== undefined) return Array.isArray(list) && list.every(isCondition);
  return not === undefined ? typeof field === 'string' : isCondition(not);
};

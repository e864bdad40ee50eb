import type {Condition, Conversation, Step} from '../server/contract/conversation.js';

export type Answer = string | number | boolean | null | undefined;
/** What conditions read: `name`, `email`, `consents.<purpose>`, `files.stored`. */
export type Answers = Record<string, Answer>;

const STEP_TYPES = ['say', 'ask', 'consent', 'upload', 'verify_email', 'assistant', 'end'];

/** The default of the contract, so that a visitor is received even while the backend is away. */
export const BUILT_IN: Conversation = {
  version: 1,
  steps: [
    {id: 'welcome', type: 'say'},
    {id: 'name', type: 'ask', field: 'name'},
    {
      id: 'consent_personal_data',
      type: 'consent',
      purpose: 'personal_data',
      next: [
        {when: {field: 'consents.personal_data', operator: 'is', value: false}, to: 'refused'},
      ],
    },
    {id: 'consent_ai_training', type: 'consent', purpose: 'ai_training'},
    {id: 'files', type: 'upload'},
    {id: 'email', type: 'ask', field: 'email'},
    {id: 'verify', type: 'verify_email'},
    {id: 'complete', type: 'end', outcome: 'complete'},
    {id: 'refused', type: 'end', outcome: 'refused'},
  ],
};

/** Walks the steps. A document that cannot be walked is replaced by the built-in one. */
export class ConversationWalk {
  private readonly steps: Step[];

  constructor(document: unknown) {
    this.steps = isWalkable(document) ? document.steps : BUILT_IN.steps;
  }

  get first(): Step {
    return this.steps[0]!;
  }

  /** The first branch whose condition holds, otherwise the step that stands next. */
  after(step: Step, answers: Answers): Step | null {
    const branch = step.next?.find(({when}) => when === undefined || holds(when, answers));
    if (branch) return this.find(branch.to);
    return this.steps[this.steps.indexOf(step) + 1] ?? null;
  }

  find(id: string): Step | null {
    return this.steps.find((step) => step.id === id) ?? null;
  }

  ofType(type: Step['type'], outcome?: 'complete' | 'refused'): Step | null {
    const fits = (step: Step) =>
      step.type === type &&
      (outcome === undefined || (step.type === 'end' && step.outcome === outcome));
    return this.steps.find(fits) ?? null;
  }

  /** Where the visitor stands among the steps that ask for something. */
  place(step: Step): {index: number; total: number} | null {
    const asking = this.steps.filter(asksSomething);
    const index = asking.findIndex((one) => one.id === step.id);
    return index < 0 ? null : {index: index + 1, total: asking.length};
  }
}

export const asksSomething = (step: Step) =>
  step.type !== 'say' && step.type !== 'assistant' && step.type !== 'end';

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

const isWalkable = (document: unknown): document is Conversation => {
  const {version, steps} = (document ?? {}) as Partial<Conversation>;
  if (version !== 1 || !Array.isArray(steps) || steps.length === 0) return false;
  const ids = new Set(steps.map((step) => step?.id));
  return ids.size === steps.length && steps.every((step) => isStep(step, ids));
};

const isStep = (step: Step, ids: Set<string>) =>
  typeof step?.id === 'string' &&
  STEP_TYPES.includes(step.type) &&
  (step.next === undefined ||
    (Array.isArray(step.next) &&
      step.next.every((branch) => ids.has(branch?.to) && isCondition(branch.when))));

const isCondition = (condition: unknown): boolean => {
  if (condition === undefined) return true;
  if (typeof condition !== 'object' || condition === null) return false;
  const {all, any, not, field} = condition as Record<string, unknown>;
  const several = all ?? any;
  if (several !== undefined) return Array.isArray(several) && several.every(isRequiredCondition);
  return not === undefined ? typeof field === 'string' : isRequiredCondition(not);
};

const isRequiredCondition = (condition: unknown) =>
  condition !== undefined && isCondition(condition);

import type {ContactStep, QuestionStep, Step} from '../../../server/contract/conversation.js';

import type {Language, TextKey} from '../../i18n/languages.js';
import type {AnswerKey, Answers} from './answers.js';

/** State that decides whether a step is skipped. */
export interface StepContext {
  isDone: boolean;
  /** The visitor has a confirmation link to open. */
  isPending: boolean;
  values: Answers;
}

/** Values that texts can contain, or that decide which text a step has. */
export interface TextValues {
  name: string;
  /** Returns an answer to a question of the site as the visitor reads it now. */
  labelOf: (key: string, language: Language) => string;
  /** The page's own welcome. */
  greeting: string;
  verification: {
    /** As typed on this page; otherwise empty. */
    readonly email: string;
    readonly emailMasked: string;
    /** The e-mail with the confirmation link has not been sent yet. */
    readonly isDelayed: boolean;
  } | null;
}

interface StepType<S extends Step = Step> {
  /** A field that the step must have, and the values that it accepts. */
  field?: readonly [name: string, ...values: string[]];
  /** Whether the step counts in *step 2 of 6*. */
  isQuestion?: boolean;
  /** The default is to skip steps that are done. */
  isSkipped?(context: StepContext): boolean;
  /** Key of our text, which the site's own text replaces. */
  textKey(step: S, values: TextValues): TextKey;
}

/** Field of the contact that a step asks for. */
export type AskedField = ContactStep['field'];

const FIELD_TEXTS: Record<AskedField, TextKey> = {name: 'askName', email: 'askEmail'};

/** Keys of our texts that ask for a consent, by purpose. */
export const CONSENT_TEXTS = {
  personal_data: 'consentPersonalData',
  ai_training: 'consentAiTraining',
  ai_answers: 'consentAiAnswers',
} as const;

/** Everything that the flow has to know about each type of step. `ui/steps/steps.ts` has the views. */
const STEP_TYPES: {[Type in Step['type']]: StepType<Extract<Step, {type: Type}>>} = {
  say: {isSkipped: () => true, textKey: () => 'welcome'},
  ask: {
    field: ['field', ...Object.keys(FIELD_TEXTS)],
    isQuestion: true,
    textKey: ({field}) => FIELD_TEXTS[field as AskedField],
  },
  consent: {
    field: ['purpose', ...Object.keys(CONSENT_TEXTS)],
    isQuestion: true,
    textKey: ({purpose}) => CONSENT_TEXTS[purpose],
  },
  upload: {isQuestion: true, textKey: () => 'askFiles'},
  verify_email: {
    isQuestion: true,
    isSkipped: ({isPending}) => !isPending,
    textKey: (_step, {verification}) => (verification?.isDelayed ? 'pendingLater' : 'pending'),
  },
  assistant: {
    // Messages are stored, which the visitor must have agreed to.
    isSkipped: ({isDone, values}) => isDone || !values['consents.personal_data'],
    textKey: () => 'askAssistant',
  },
  end: {
    field: ['outcome', 'complete', 'refused'],
    textKey: ({outcome}, {name}) =>
      outcome === 'refused' ? 'refused' : name ? 'completeNamed' : 'complete',
  },
};

export const isStepType = (type: unknown): type is Step['type'] =>
  typeof type === 'string' && Object.hasOwn(STEP_TYPES, type);

/** Returns the entry of the table. Each entry is called with steps of its own type only. */
export const typeOf = ({type}: Pick<Step, 'type'>): StepType => STEP_TYPES[type];

type EndStep = Extract<Step, {type: 'end'}>;

export const isEndOf = (step: Step | null, outcome: EndStep['outcome']) =>
  step?.type === 'end' && step.outcome === outcome;

/** True for a question of the site, which is not one for the name or the e-mail address. */
export const isSiteQuestion = (step: Step): step is QuestionStep =>
  step.type === 'ask' && 'kind' in step;

export const isEmailStep = (step: Step) => step.type === 'ask' && step.field === 'email';

export const answerKey = ({field}: QuestionStep): AnswerKey => `answers.${field}`;

/** True for a step that the visitor can answer after only the e-mail address was asked for. */
export const isOpenStep = (step: Step | null) =>
  step !== null && step.type !== 'verify_email' && typeOf(step).isQuestion === true;

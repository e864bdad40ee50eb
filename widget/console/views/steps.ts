import type {Conversation} from '../../../server/contract/conversation.js';
import {localise} from '../../../server/contract/localise.js';
import type {LeadConsent} from '../../../server/contract/owner-lead.js';
import type {TextKey} from '../texts/texts.js';
import {languageTag, say} from '../texts/texts.js';

export type Step = Conversation['steps'][number];

const PURPOSES: Record<LeadConsent['purpose'], TextKey> = {
  personal_data: 'purposeStoring',
  ai_training: 'purposeTraining',
  ai_answers: 'purposeAnswers',
};

export const isPurpose = (purpose: unknown): purpose is LeadConsent['purpose'] =>
  typeof purpose === 'string' && Object.hasOwn(PURPOSES, purpose);

export const purposeText = (purpose: LeadConsent['purpose']): string => say(PURPOSES[purpose]);

/** Returns the name by which a site owner knows a step: what it says, or what it asks for. */
export const stepName = (step: Step): string => {
  if (step.type === 'consent') return `${say('funnel_consent')}: ${purposeText(step.purpose)}`;
  if (step.type === 'ask' && !('kind' in step)) return say(step.field);
  const isNamedByText = step.type === 'ask' || step.type === 'say';
  return isNamedByText && step.text
    ? localise(step.text, languageTag())
    : say(`funnel_${step.type}`);
};

/** Returns the name of a step by its ID, also if the conversation no longer has it. */
export const stepNameOf = (id: string, {steps}: Conversation): string => {
  const step = steps.find((one) => one.id === id);
  return step ? stepName(step) : say('funnel_deleted');
};

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

/** Returns the name by which a site owner knows a step: its question, or what it asks for. */
export const stepName = (step: Step): string => {
  if (step.type === 'consent') return `${say('funnel_consent')}: ${purposeText(step.purpose)}`;
  if (step.type !== 'ask') return say(`funnel_${step.type}`);
  return 'kind' in step ? localise(step.text, languageTag()) : say(step.field);
};

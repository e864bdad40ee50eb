import type {Step} from '../../../server/contract/conversation.js';

import {interpolate, localise} from '../../i18n/languages.js';
import type {TextKey} from '../../i18n/languages.js';
import type {LineText} from './transcript.js';

/** What texts may name. */
export interface Values {
  name: string;
  email: string;
  /** The page's own welcome. */
  greeting: string;
  /** The e-mail with the link has not been sent yet. */
  isDelayed: boolean;
}

/** The site's own words for a step, otherwise ours. */
export const promptOf = (step: Step, values: Values): LineText => {
  const {text} = step;
  if (text !== undefined) return ({tag}) => localise(text, tag);
  if (step.type === 'say' && values.greeting) return () => values.greeting;
  const {isDelayed, ...named} = values;
  const key = ownWordsFor(step, named.name !== '', isDelayed);
  return ({texts}) => interpolate(texts, key, named);
};

const CONSENT_WORDS = {
  personal_data: 'consentPersonalData',
  ai_training: 'consentAiTraining',
  ai_answers: 'consentAiAnswers',
} as const;

const ownWordsFor = (step: Step, hasName: boolean, isDelayed: boolean): TextKey => {
  if (step.type === 'ask') return step.field === 'name' ? 'askName' : 'askEmail';
  if (step.type === 'consent') return CONSENT_WORDS[step.purpose];
  if (step.type === 'upload') return 'askFiles';
  if (step.type === 'verify_email') return isDelayed ? 'pendingLater' : 'pending';
  if (step.type === 'assistant') return 'askAssistant';
  if (step.type !== 'end') return 'welcome';
  if (step.outcome === 'refused') return 'refused';
  return hasName ? 'completeNamed' : 'complete';
};

/** A consent's answer, in the words of its button. */
export const consentAnswer =
  (isGranted: boolean): LineText =>
  ({texts}) =>
    isGranted ? texts.agree : texts.disagree;

import type {Step} from '../../../server/contract/conversation.js';

import {interpolate, localise} from '../../i18n/interpolate.js';
import {typeOf} from './step-types.js';
import type {TextValues} from './step-types.js';
import type {TextOf} from './transcript.js';

/** Returns what Maria says at a step: the site's own text, otherwise ours. */
export const promptOf = (step: Step, values: TextValues): TextOf => {
  const {text} = step;
  if (text !== undefined) return ({tag}) => localise(text, tag);
  if (step.type === 'say' && values.greeting) return () => values.greeting;
  const {name, email} = values;
  const key = typeOf(step).textKey(step, values);
  return ({texts}) => interpolate(texts, key, {name, email});
};

/** Returns the answer to a consent, in the words of its button. */
export const consentAnswer =
  (isGranted: boolean): TextOf =>
  ({texts}) =>
    isGranted ? texts.agree : texts.disagree;

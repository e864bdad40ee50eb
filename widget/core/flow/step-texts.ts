import type {Step} from '../../../server/contract/conversation.js';

import {interpolate, localise} from '../../i18n/interpolate.js';
import {typeOf} from './step-types.js';
import type {TextOf} from './transcript.js';

/** Values that texts can contain. */
export interface TextValues {
  name: string;
  email: string;
  /** The page's own welcome. */
  greeting: string;
  /** The e-mail with the confirmation link has not been sent yet. */
  isDelayed: boolean;
}

/** Returns what Maria says at a step: the site's own text, otherwise ours. */
export const promptOf = (step: Step, values: TextValues): TextOf => {
  const {text} = step;
  if (text !== undefined) return ({tag}) => localise(text, tag);
  if (step.type === 'say' && values.greeting) return () => values.greeting;
  const {isDelayed, ...named} = values;
  const key = typeOf(step).textKey(step, {hasName: named.name !== '', isDelayed});
  return ({texts}) => interpolate(texts, key, named);
};

/** Returns the answer to a consent, in the words of its button. */
export const consentAnswer =
  (isGranted: boolean): TextOf =>
  ({texts}) =>
    isGranted ? texts.agree : texts.disagree;

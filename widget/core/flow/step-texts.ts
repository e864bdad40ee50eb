import type {LocalisedText, Step} from '../../../server/contract/conversation.js';
import {insertAnswers} from '../../../server/contract/localise.js';

import {interpolate, isolate, localise} from '../../i18n/interpolate.js';
import {isEndOf, typeOf} from './step-types.js';
import type {TextValues} from './step-types.js';
import type {TextOf} from './transcript.js';

/** Returns what Maria says at a step. */
export const promptOf = (step: Step, values: TextValues): TextOf =>
  Object.assign(textOf(step, values), {askedStep: step});

/** Returns the site's own text, otherwise ours. */
const textOf = (step: Step, values: TextValues): TextOf => {
  const {text} = step;
  const {greeting, name, verification} = values;
  const siteText = text !== undefined && siteTextOf(text, values);
  const isThanked = isEndOf(step, 'complete') && verification?.emailMasked;
  if (siteText && !isThanked) return siteText;
  if (step.type === 'say' && greeting) return () => greeting;
  const key = typeOf(step).textKey(step, values);
  const typed = verification?.email;
  return (language) => {
    const {texts} = language;
    // Another tab may change the e-mail address.
    const email = typed || (verification?.emailMasked ?? '');
    const prompt = interpolate(texts, key, {name, email});
    if (!isThanked) return prompt;
    // The text of the site says what happens next.
    return `${prompt}\n${siteText ? siteText(language) : texts.whatNext}`;
  };
};

/** Returns a text of the site, with the answers that it contains. */
export const siteTextOf =
  (text: LocalisedText, {labelOf, name}: TextValues): TextOf =>
  (language) =>
    insertAnswers(localise(text, language.tag), (key) =>
      isolate(key === 'name' ? name : labelOf(key, language), language.texts),
    );

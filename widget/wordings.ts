import type {Purpose} from '../server/contract/sessions.js';

import {CONSENT_TEXTS} from './core/flow/step-types.js';
import {dialogTexts, loadDialogTexts, withdrawalOf} from './i18n/dialogs/dialog-texts.js';
import {languageTags, loadLanguage} from './i18n/languages.js';
import type {LanguageTag} from './i18n/languages.js';

/** Text of the widget that is recorded with a decision. */
export interface Wording {
  purpose: Purpose;
  locale: LanguageTag;
  text: string;
}

const UNOBSERVED = {host: {onChange: () => undefined}};

/** Returns the wordings of all languages, for the build. */
export const listWordings = async (): Promise<Wording[]> =>
  (await Promise.all(languageTags.map(wordingsOf))).flat();

const wordingsOf = async (locale: LanguageTag): Promise<Wording[]> => {
  const language = await loadLanguage(locale);
  await loadDialogTexts(locale);
  const texts = dialogTexts(language, UNOBSERVED);
  const purposes = Object.keys(CONSENT_TEXTS) as Purpose[];
  return purposes.flatMap((purpose) => {
    const about = texts[purpose];
    // "My data" asks with the name of the purpose if the conversation no longer has its step.
    const asked = [texts[CONSENT_TEXTS[purpose]], about];
    const withdrawn = purpose === 'personal_data' ? texts.eraseConsequence : about;
    return [...asked, withdrawalOf(texts, withdrawn)].map((text) => ({purpose, locale, text}));
  });
};

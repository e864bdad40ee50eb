import type {InEachLanguage, Language, LanguageTag} from '../languages.js';
import type {QuestionTexts} from './locales/en.js';

const LANGUAGES: InEachLanguage<QuestionTexts> = {
  en: () => import('./locales/en.js'),
  es: () => import('./locales/es.js'),
  fr: () => import('./locales/fr.js'),
  de: () => import('./locales/de.js'),
  'pt-BR': () => import('./locales/pt-br.js'),
  ar: () => import('./locales/ar.js'),
};

const loaded = new Map<LanguageTag, QuestionTexts>();

export const loadQuestionTexts = async (tag: LanguageTag) => {
  if (!loaded.has(tag)) loaded.set(tag, (await LANGUAGES[tag]()).default);
};

/**
 * Returns the texts of a language. While they are loaded, it returns those of another one, and reports
 * the change afterwards.
 */
export const questionTexts = (
  {tag}: Language,
  owner: {readonly host: {onChange(): void}},
): QuestionTexts => {
  const own = loaded.get(tag);
  if (!own)
    void loadQuestionTexts(tag).then(
      () => owner.host.onChange(),
      () => undefined,
    );
  return own ?? [...loaded.values()][0]!;
};

import {baseOf} from './interpolate.js';
import type {Texts} from './locales/en.js';

const LANGUAGES = {
  en: () => import('./locales/en.js'),
  es: () => import('./locales/es.js'),
  fr: () => import('./locales/fr.js'),
  de: () => import('./locales/de.js'),
  'pt-BR': () => import('./locales/pt-br.js'),
  ar: () => import('./locales/ar.js'),
};

export type LanguageTag = keyof typeof LANGUAGES;

/** Loads the texts of each language from their own files. */
export type InEachLanguage<T> = Record<LanguageTag, () => Promise<{default: T}>>;

export const languageTags = Object.keys(LANGUAGES) as LanguageTag[];

/** Key of a text. The writing direction is no text. */
export type TextKey = Exclude<keyof Texts, 'dir'>;

export interface Language {
  /** Spelled as in the `lang` attribute and in `Intl`. */
  tag: LanguageTag;
  texts: Texts;
}

/** Returns the language of the attribute, of the page, or of the browser; English if we have none of them. */
export const chooseLanguage = (attribute: string | null): LanguageTag => {
  const wishes = [attribute, document.documentElement.lang, ...navigator.languages];
  return wishes.map((tag) => tag && knownLanguage(tag)).find(Boolean) || 'en';
};

/** Returns our language for a tag: `pt`, `pt-PT` and `PT-br` all mean `pt-BR`. */
export const knownLanguage = (tag: string) =>
  languageTags.find((one) => baseOf(one) === baseOf(tag));

export const loadLanguage = async (tag: LanguageTag): Promise<Language> => {
  return {tag, texts: (await LANGUAGES[tag]()).default};
};

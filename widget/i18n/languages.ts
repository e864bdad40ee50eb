import {baseOf, toLocale} from './interpolate.js';
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
  /** Tag for numbers, dates and times. It has the visitor's region, and always Latin digits. */
  locale: string;
  texts: Texts;
}

/** Returns the language of the attribute, of the page, or of the browser; English if we have none of them. */
export const chooseLanguage = (attribute: string | null): LanguageTag => {
  const wishes = [attribute ?? '', document.documentElement.lang, ...navigator.languages];
  return wishes.map(knownLanguage).find(Boolean) ?? 'en';
};

/** Returns our language for a tag: `pt`, `pt-PT` and `PT-br` all mean `pt-BR`. */
export const knownLanguage = (tag: string) =>
  languageTags.find((one) => baseOf(one) === baseOf(tag));

/** Loads the texts. The browser's tags decide how numbers and times are written. */
export const loadLanguage = async (
  tag: LanguageTag,
  browserTags: readonly string[] = [],
): Promise<Language> => {
  return {tag, locale: localeOf(tag, browserTags), texts: (await LANGUAGES[tag]()).default};
};

/** Returns the first of the browser's tags that has the language: `en-GB` has other dates. */
const localeOf = (tag: LanguageTag, browserTags: readonly string[]) => {
  const base = baseOf(tag);
  const own = [...browserTags, tag].map(toLocale).find((one) => one?.language === base)!;
  // Numbers in texts, such as those of steps, are written without a formatter, in Latin digits.
  return new Intl.Locale(own, {numberingSystem: 'latn'}).toString();
};

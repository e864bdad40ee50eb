import type {LocalisedText} from '../../server/contract/conversation.js';

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

/** A file for each of them: the dialogs have such a list as well. */
export type InEachLanguage<T> = Record<LanguageTag, () => Promise<{default: T}>>;

export const languageTags = Object.keys(LANGUAGES) as LanguageTag[];

/** A key of what is said; the direction of writing is none. */
export type TextKey = Exclude<keyof Texts, 'dir'>;

export interface Language {
  /** As the `lang` attribute and `Intl` spell it. */
  tag: LanguageTag;
  texts: Texts;
}

/** The language of the attribute, then of the page, then of the browser; English if none is ours. */
export const chooseLanguage = (attribute: string | null): LanguageTag => {
  const asked = attribute && attribute !== 'auto' ? [attribute] : [];
  const wishes = [...asked, document.documentElement.lang, ...navigator.languages];
  return wishes.map(knownLanguage).find(Boolean) ?? 'en';
};

/** The language of ours that a tag means: `pt`, `pt-PT` and `PT-br` all mean `pt-BR`. No two share a base. */
export const knownLanguage = (tag: string) =>
  languageTags.find((one) => baseOf(one) === baseOf(tag));

/** Also of `de_DE.UTF-8`, and of three letters such as `deu`. */
const baseOf = (tag: string) => {
  const written = tag.trim().split(/[.@;]/)[0]!.replaceAll('_', '-');
  try {
    return new Intl.Locale(written).language;
  } catch {
    return written.toLowerCase();
  }
};

export const loadLanguage = async (tag: LanguageTag): Promise<Language> => {
  const files: InEachLanguage<Texts> = LANGUAGES;
  return {tag, texts: (await files[tag]()).default};
};

/** Puts values in a text's places. Isolates keep a Latin name from turning an Arabic line round. */
export const interpolate = <T extends {dir: string}>(
  texts: T,
  key: keyof T,
  values: Record<string, string | number>,
) => {
  const isRightToLeft = texts.dir === 'rtl';
  return (texts[key] as string).replace(/\{(\w+)\}/g, (_place, name: string) => {
    const value = String(values[name] ?? '');
    return isRightToLeft ? `\u2068${value}\u2069` : value;
  });
};

/** A site's own text in the visitor's language, or in English, or in whichever it has. */
export const localise = (text: LocalisedText, tag: string): string => {
  if (typeof text === 'string') return text;
  return text[tag] ?? text[baseOf(tag)] ?? text['en'] ?? Object.values(text)[0] ?? '';
};

export const formatSize = (bytes: number, tag: string, per = '') => {
  const isLarge = bytes >= 1024 * 1024;
  return new Intl.NumberFormat(tag, {
    style: 'unit',
    unit: (isLarge ? 'megabyte' : 'kilobyte') + per,
    maximumFractionDigits: isLarge ? 1 : 0,
  }).format(isLarge ? bytes / (1024 * 1024) : Math.ceil(bytes / 1024));
};

export const formatPercent = (percent: number, tag: string) =>
  new Intl.NumberFormat(tag, {style: 'percent'}).format(percent / 100);

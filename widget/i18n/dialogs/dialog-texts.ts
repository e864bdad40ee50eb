import {format} from '../format.js';
import type {InEachLanguage, Language, LanguageTag} from '../languages.js';
import type {DialogTexts} from './locales/en.js';

const LANGUAGES: InEachLanguage<DialogTexts> = {
  en: () => import('./locales/en.js'),
  es: () => import('./locales/es.js'),
  fr: () => import('./locales/fr.js'),
  de: () => import('./locales/de.js'),
  'pt-BR': () => import('./locales/pt-br.js'),
  ar: () => import('./locales/ar.js'),
};

const loaded = new Map<LanguageTag, DialogTexts>();
let shown: AllTexts | undefined;

/** Texts of the dialogs and of the panel. */
export type AllTexts = Language['texts'] & DialogTexts;

export const loadDialogTexts = async (tag: LanguageTag) => {
  if (!loaded.has(tag)) loaded.set(tag, (await LANGUAGES[tag]()).default);
};

/**
 * Returns the texts of a language. While they are loaded, it returns those that were shown before, and
 * reports the change to the owner afterwards.
 */
export const dialogTexts = (
  {tag, texts}: Language,
  owner: {readonly host: {onChange(): void}},
): AllTexts => {
  const own = loaded.get(tag);
  if (own) shown = {...texts, ...own};
  else
    void loadDialogTexts(tag).then(
      () => owner.host.onChange(),
      () => undefined,
    );
  return shown ?? (texts as AllTexts);
};

/** Returns the wording that is recorded with a withdrawal. */
export const withdrawalOf = ({withdraw}: DialogTexts, about: string) => `${withdraw}: ${about}`;

export const formatTime = (time: Date | string | number, language: Language) =>
  format(Intl.DateTimeFormat, language, {dateStyle: 'medium', timeStyle: 'short'}, new Date(time));

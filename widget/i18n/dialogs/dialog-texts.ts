import type {Chat} from '../../core/chat.js';
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
const shown = new WeakMap<Chat, AllTexts>();

export type AllTexts = Language['texts'] & DialogTexts;

export const loadWords = async (tag: LanguageTag) => {
  if (!loaded.has(tag)) loaded.set(tag, (await LANGUAGES[tag]()).default);
};

/** The dialogs' words beside the others; all in the language before, until these are there. */
export const dialogTexts = (chat: Chat, {tag, texts}: Language): AllTexts => {
  const words = loaded.get(tag);
  if (words) shown.set(chat, {...texts, ...words});
  else
    void loadWords(tag).then(
      () => chat.host.requestUpdate(),
      () => undefined,
    );
  return shown.get(chat) ?? (texts as AllTexts);
};

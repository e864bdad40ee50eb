import type {Language} from '../texts.js';
import type {DialogTexts} from './locales/en.js';
import {unfold} from './unfold.js';

const LANGUAGES: Record<string, () => Promise<{default: DialogTexts}>> = {
  en: () => import('./locales/en.js'),
  es: () => import('./locales/es.js'),
  fr: () => import('./locales/fr.js'),
  de: () => import('./locales/de.js'),
  'pt-BR': () => import('./locales/pt-br.js'),
  ar: () => import('./locales/ar.js'),
};

export const languageTags = Object.keys(LANGUAGES);

const loaded = new Map<string, DialogTexts>();
let last!: DialogTexts;

export const loadWords = async (tag: string) => {
  if (!loaded.has(tag)) loaded.set(tag, unfold((await LANGUAGES[tag]!()).default));
};

/** The dialogs' words beside the others; those of the language before, until they are there. */
export const wordsOf = ({tag, texts}: Language) => {
  last = loaded.get(tag) ?? last;
  return {...texts, ...last};
};

export type Words = ReturnType<typeof wordsOf>;

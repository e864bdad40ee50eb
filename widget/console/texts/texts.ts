import en from './en.js';
import type {CountKey, Texts} from './en.js';

export type TextKey = Exclude<keyof typeof en, 'dir'>;

/** Languages of the console. English is always loaded, the others from their own files. */
const LANGUAGES = {
  en: async () => ({default: en as Texts}),
  es: () => import('./es.js'),
  de: () => import('./de.js'),
  fr: () => import('./fr.js'),
  'pt-BR': () => import('./pt-br.js'),
  ar: () => import('./ar.js'),
};
export type LanguageTag = keyof typeof LANGUAGES;
export const languageTags = Object.keys(LANGUAGES) as LanguageTag[];

let shown: {tag: LanguageTag; texts: Texts} = {tag: 'en', texts: en};

/** Loads the first language that the console has, and sets the direction of the page. */
export const loadTexts = async (wishes: readonly (string | null)[]): Promise<void> => {
  const bases = wishes.map((wish) => wish?.split('-')[0]?.toLowerCase());
  const tag = bases
    .map((base) => languageTags.find((one) => one.split('-')[0] === base))
    .find(Boolean);
  try {
    if (tag) shown = {tag, texts: (await LANGUAGES[tag]()).default};
  } catch (error) {
    // The browser reports a file that it could not load as a TypeError. The texts stay as they are.
    if (!(error instanceof TypeError)) throw error;
  }
  const root = document.documentElement;
  root.lang = shown.tag;
  root.dir = shown.texts.dir;
};

export const languageTag = (): string => shown.tag;

/** Returns a text with the places of its values, for the frame that fills them in. */
export const textOf = (key: TextKey): string => shown.texts[key];

/** Returns a text with its values. Each value keeps its own writing direction. */
export const say = (key: TextKey, values?: Values): string => fill(shown.texts[key], values);

/** Returns the text for a number of things, which is `{count}` in it. */
export const sayCount = (key: CountKey, count: number, values?: Values): string => {
  const form = new Intl.PluralRules(shown.tag).select(count);
  const text = shown.texts[`${key}_${form}`] ?? shown.texts[`${key}_other`];
  return fill(text, {count, ...values});
};

type Values = Readonly<Record<string, string | number>>;

const fill = (text: string, values: Values = {}): string =>
  text.replace(/\{(\w+)\}/g, (_place, name: string) => {
    const value = values[name] ?? '';
    return typeof value === 'number' ? formatNumber(value) : `\u2068${value}\u2069`;
  });

const formatNumber = (value: number): string => new Intl.NumberFormat(formatTag()).format(value);

/** Returns the tag for dates and numbers: the browser's own one of the language, such as `en-GB`. */
export const formatTag = (): string => {
  const base = shown.tag.split('-')[0];
  const own = [...navigator.languages, shown.tag].find((tag) => tag.split('-')[0] === base);
  return new Intl.Locale(own ?? shown.tag, {numberingSystem: 'latn'}).toString();
};

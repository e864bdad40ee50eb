import {ar} from './ar.js';
import {de} from './de.js';
import {en} from './en.js';
import {es} from './es.js';
import {fr} from './fr.js';
import {ptBr} from './pt-br.js';
import type {Texts} from './texts.js';

const LANGUAGES = new Map<string, Texts>(
  Object.entries({en, es, fr, de, 'pt-br': ptBr, pt: ptBr, ar}),
);

/** Returns the texts of a BCP 47 locale, or of its language if the region has no separate texts. */
export const textsFor = (locale: string | null | undefined): Texts => findTexts(locale ?? '') ?? en;

/** Returns the texts of the first supported language of an `Accept-Language` header. */
export const textsForBrowser = (acceptLanguage: string | undefined): Texts => {
  const locales = (acceptLanguage ?? '').split(',').map((range) => range.split(';')[0]?.trim());
  for (const locale of locales) {
    const texts = findTexts(locale ?? '');
    if (texts) return texts;
  }
  return en;
};

const findTexts = (locale: string): Texts | undefined => {
  const wanted = locale.toLowerCase();
  return LANGUAGES.get(wanted) ?? LANGUAGES.get(wanted.split('-')[0] ?? '');
};

const FIRST_STRONG_ISOLATE = '\u2068';
const POP_ISOLATE = '\u2069';

/** Inserts a site's name. Isolates keep a Latin name and its signs together in Arabic sentences. */
export const insertSite = ({direction}: Texts, text: string, site: string): string =>
  interpolate(text, {
    site: direction === 'rtl' ? `${FIRST_STRONG_ISOLATE}${site}${POP_ISOLATE}` : site,
  });

/** Replaces `{name}` with the value of that name. */
export const interpolate = (text: string, values: Record<string, string | number>): string =>
  text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));

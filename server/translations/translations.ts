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
export const textsFor = (locale: string | null | undefined): Texts => {
  const wanted = (locale ?? 'en').toLowerCase();
  return LANGUAGES.get(wanted) ?? LANGUAGES.get(wanted.split('-')[0] ?? '') ?? en;
};

/** Replaces `{name}` with the value of that name. */
export const interpolate = (text: string, values: Record<string, string | number>): string =>
  text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));

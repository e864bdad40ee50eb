import {ar} from './ar.js';
import {de} from './de.js';
import {en} from './en.js';
import {es} from './es.js';
import {fr} from './fr.js';
import {ptBr} from './pt-br.js';

/** What a visitor reads outside the widget: the confirmation mail and the pages behind its links. */
export interface Texts {
  language: string;
  direction: 'ltr' | 'rtl';
  mailSubject: string;
  mailBody: string;
  mailButton: string;
  mailExpires: string;
  mailNotMe: string;
  mailNotMeLink: string;
  confirmTitle: string;
  confirmBody: string;
  confirmButton: string;
  doneTitle: string;
  doneBody: string;
  usedTitle: string;
  usedBody: string;
  expiredTitle: string;
  expiredBody: string;
  unknownTitle: string;
  unknownBody: string;
  notMeTitle: string;
  notMeBody: string;
  notMeButton: string;
  notMeUsedTitle: string;
  notMeUsedBody: string;
  notMeExpiredBody: string;
  notMeDoneTitle: string;
  notMeDoneBody: string;
  backToSite: string;
  errorTitle: string;
  errorBody: string;
  errorReference: string;
  busyTitle: string;
  busyBody: string;
  headersTitle: string;
  headersBody: string;
}

const LANGUAGES = new Map<string, Texts>(
  Object.entries({en, es, fr, de, 'pt-br': ptBr, pt: ptBr, ar}),
);

/** The texts of a BCP 47 locale, by its language when the region has none of its own. */
export const textsFor = (locale: string | null | undefined): Texts => {
  const wanted = (locale ?? 'en').toLowerCase();
  return LANGUAGES.get(wanted) ?? LANGUAGES.get(wanted.split('-')[0] ?? '') ?? en;
};

/** Puts values into `{braces}`. */
export const interpolate = (text: string, values: Record<string, string | number>): string =>
  text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));

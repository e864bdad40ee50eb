import {cssValueOf, styleAttributes} from '../launcher/style-attributes.js';
import {isWithinEdits} from '../core/email/edit-distance.js';
import {knownLanguage} from '../i18n/languages.js';

const ACCEPTED: Record<string, string[]> = {
  theme: ['auto', 'light', 'dark'],
  position: ['end', 'start', 'right', 'left'],
  open: ['remember', 'true', 'false'],
  launcher: ['bubble', 'none'],
  mode: ['popup', 'inline'],
  load: ['interaction', 'idle', 'eager'],
};
const FREE = [
  'site',
  'api',
  'lang',
  'locale',
  'launcher-selector',
  'launcher-label',
  'target',
  'heading',
  'greeting',
  'avatar',
  'privacy-url',
  'debug',
];
const COUNTS = ['max-files', 'max-file-size'];
const KNOWN = [...Object.keys(ACCEPTED), ...FREE, ...COUNTS, ...styleAttributes];

const warned = new Set<string>();

/** Warns the page's developer once about each invalid attribute, and names the accepted values. */
export const warnAboutAttributes = (host: HTMLElement) => {
  for (const name of host.getAttributeNames()) {
    const warning = KNOWN.includes(name) ? warningOf(host, name) : misspelling(name);
    if (warning && !warned.has(warning)) console.warn(`Maria Chat: ${warning}`);
    if (warning) warned.add(warning);
  }
};

const warningOf = (host: HTMLElement, name: string) => {
  const value = host.getAttribute(name) ?? '';
  const accepted = ACCEPTED[name];
  if (!value || accepted?.includes(value)) return null;
  if (accepted) {
    const known = `Accepted: ${accepted.join(', ')}.`;
    return `${name}="${value}" is not known. ${known}${guess(value, accepted)}`;
  }
  if (COUNTS.includes(name) && !(Number(value) > 0))
    return `${name}="${value}" is not a number above 0.`;
  if (styleAttributes.includes(name) && !cssValueOf(host, name))
    return `${name}="${value}" is no CSS value for it.`;
  if (name === 'lang' && value !== 'auto' && !knownLanguage(value)) {
    return `lang="${value}" is not known.`;
  }
  return null;
};

/** Returns a warning about an unknown attribute that very likely misspells one of ours. */
const misspelling = (name: string) => {
  const isAnyElements = name in HTMLElement.prototype || name === 'class';
  const meant = isAnyElements ? '' : guess(name, KNOWN);
  return meant && `there is no attribute ${name}.${meant}`;
};

const guess = (value: string, accepted: string[]) => {
  const near = accepted.find((word) => isWithinEdits(word, value.toLowerCase(), 2));
  return near ? ` Did you mean ${near}?` : '';
};

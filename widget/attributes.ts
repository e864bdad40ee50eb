import {knownLanguage} from './texts.js';

const ACCEPTED: Record<string, string[]> = {
  theme: ['auto', 'light', 'dark'],
  position: ['end', 'start', 'right', 'left'],
  open: ['remember', 'true', 'false'],
};

const warned = new Set<string>();

/** Tells the page's developer, once for each fault, what was written and what could stand there. */
export const checkAttributes = (host: HTMLElement) => {
  for (const [name, accepted] of Object.entries(ACCEPTED)) {
    const value = host.getAttribute(name);
    if (value === null || value === '' || accepted.includes(value)) continue;
    warnOnce(
      `${name}="${value}" is not known. Accepted: ${accepted.join(', ')}.${guess(value, accepted)}`,
    );
  }
  const accent = host.getAttribute('accent');
  if (accent && !CSS.supports('color', accent)) warnOnce(`accent="${accent}" is not a CSS colour.`);
  const lang = host.getAttribute('lang');
  if (lang && lang !== 'auto' && !knownLanguage(lang)) {
    warnOnce(`lang="${lang}" is not there yet; the page's or the browser's language is used.`);
  }
};

const warnOnce = (fault: string) => {
  if (warned.has(fault)) return;
  warned.add(fault);
  console.warn(`Maria Chat: ${fault}`);
};

const guess = (value: string, accepted: string[]) => {
  const near = accepted.find((word) => sharedLetters(word, value.toLowerCase()) >= word.length - 1);
  return near ? ` Did you mean ${near}?` : '';
};

const sharedLetters = (word: string, value: string) =>
  [...word].filter((letter) => value.includes(letter)).length;

import type {LocalisedText} from './localised-text.js';

/** Returns the locale of a tag, also of `de_DE.UTF-8` and of three letters such as `deu`. */
export const toLocale = (tag: string) => {
  try {
    return new Intl.Locale(tag.trim().split(/[.@;]/)[0]!.replaceAll('_', '-'));
  } catch {
    return null;
  }
};

/** Returns the base language of a tag, or an empty text if the tag is not valid. */
export const baseOf = (tag: string) => toLocale(tag)?.language ?? '';

/** Returns a site's own text in the language, in English, or in any language that it has. */
export const localise = (text: LocalisedText, tag: string): string => {
  if (typeof text === 'string') return text;
  // A tag can be the name of something that every object inherits, such as `toString`.
  const tags = [tag, baseOf(tag), 'en', ...Object.keys(text)];
  return text[tags.find((one) => Object.hasOwn(text, one))!] ?? '';
};

const KEYS = /\{(name|answers\.\w+)\}/g;

/** Replaces `{name}` and `{answers.<field>}` in a site's text by what `read` returns for them. */
export const insertAnswers = (text: string, read: (key: string) => string): string =>
  text.replace(KEYS, (_match, key: string) => read(key));

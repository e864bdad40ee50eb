import type {LocalisedText} from '../../server/contract/conversation.js';

/** Keeps a Latin name from reversing an Arabic line. */
export const isolate = ({dir}: {dir: string}, text: string) =>
  dir === 'rtl' ? `\u2068${text}\u2069` : text;

/** Inserts values into a text. */
export const interpolate = <T extends {dir: string}>(
  texts: T,
  key: keyof T,
  values: Record<string, string | number>,
) => {
  return (texts[key] as string).replace(/\{(\w+)\}/g, (_place, name: string) =>
    isolate(texts, String(values[name] ?? '')),
  );
};

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
  return text[tag] ?? text[baseOf(tag)] ?? text['en'] ?? Object.values(text)[0] ?? '';
};

export {baseOf, localise, toLocale} from '../../server/contract/localise.js';

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

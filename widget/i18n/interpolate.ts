export {baseOf, localise, toLocale} from '../../server/contract/localise.js';

/** Keeps a Latin name from reversing an Arabic line. */
export const isolate = (value: string, {dir}: {dir: string}) =>
  dir === 'rtl' ? `\u2068${value}\u2069` : value;

/** Inserts values into a text. */
export const interpolate = <T extends {dir: string}>(
  texts: T,
  key: keyof T,
  values: Record<string, string | number>,
) =>
  (texts[key] as string).replace(/\{(\w+)\}/g, (_place, name: string) =>
    isolate(String(values[name] ?? ''), texts),
  );

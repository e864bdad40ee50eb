import {MAX_NAME_LENGTH} from '../contract/limits.js';
import {INVISIBLE} from '../contract/invisible.js';

/** Some letters, such as the Hangul filler U+3164, show nothing. */
const isReadable = (name: string): boolean =>
  /(?!\p{Default_Ignorable_Code_Point})[\p{L}\p{N}]/u.test(name);

/** The name as it is stored, or undefined when nothing that can be read is left of it. */
export const cleanName = (given: string): string | undefined => {
  const name = given.normalize('NFC').replace(INVISIBLE, ' ').replace(/\s+/gu, ' ').trim();
  const length = [...name].length;
  if (length === 0 || length > MAX_NAME_LENGTH || !isReadable(name)) return undefined;
  return name;
};

import {MAX_NAME_LENGTH} from '../contract/limits.js';
import {INVISIBLE} from '../contract/invisible.js';

/** Returns true for a name with a visible letter or digit. Some, such as U+3164, are invisible. */
const isReadable = (name: string): boolean =>
  /(?!\p{Default_Ignorable_Code_Point})[\p{L}\p{N}]/u.test(name);

/** Returns the name as it is stored. Returns undefined if it is too long or nothing is readable. */
export const cleanName = (given: string): string | undefined => {
  const name = given.normalize('NFC').replace(INVISIBLE, ' ').replace(/\s+/gu, ' ').trim();
  const length = [...name].length;
  if (length === 0 || length > MAX_NAME_LENGTH || !isReadable(name)) return undefined;
  return name;
};

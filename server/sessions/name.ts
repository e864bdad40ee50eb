import {MAX_NAME_LENGTH} from '../contract/limits.js';

// Control characters and bidirectional overrides make one name look like another.
const INVISIBLE = /[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/gu;

/** The name as it is stored, or undefined when nothing that can be read is left of it. */
export const cleanName = (given: string): string | undefined => {
  const name = given.normalize('NFC').replace(INVISIBLE, ' ').replace(/\s+/gu, ' ').trim();
  const length = [...name].length;
  if (length === 0 || length > MAX_NAME_LENGTH || !/[\p{L}\p{N}]/u.test(name)) return undefined;
  return name;
};

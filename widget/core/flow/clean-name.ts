import {INVISIBLE} from '../../../server/contract/invisible.js';

/** Returns the name of a person or file without characters that make it look like another one. */
export const cleanName = (name: string) =>
  name.normalize('NFC').replace(INVISIBLE, ' ').replace(/\s+/gu, ' ').trim();

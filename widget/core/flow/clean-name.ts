import {INVISIBLE} from '../../../server/contract/invisible.js';

/** Returns the name without characters that make it look like another one, as the server stores it. */
export const cleanName = (name: string) =>
  name.normalize('NFC').replace(INVISIBLE, ' ').replace(/\s+/gu, ' ').trim();

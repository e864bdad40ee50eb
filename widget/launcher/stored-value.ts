import {itemName} from '../core/session/item-name.js';

/** Reads a value without creating one. A blocked storage reads as an empty one. */
export const readStored = (site: string, key: string): string | null => {
  try {
    return localStorage.getItem(itemName(site, key));
  } catch {
    return null;
  }
};

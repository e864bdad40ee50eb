import {isWithinEdits} from './edit-distance.js';

/** Where most people have their mail. */
const PROVIDERS = ['gmail', 'yahoo', 'icloud', 'hotmail', 'outlook', 'googlemail'];
/** Near to one of those, and right. */
const REAL = /^[ey]?mail$/;
/** The shorter ones are countries, and a slip with a known name alone. */
const SLIPS_OF_COM = /^(c|co|cm|om|com|cmo|ocm|comm|con|cpm|vom|xom)$/;

/** What an address was probably meant to be, where a common one has been missed by a slip. */
export const suggestEmail = (address: string): string | null => {
  const [, user, name, end] = /^(\S+@)([^.@\s]+)\.(\S+)$/.exec(address.trim().toLowerCase()) ?? [];
  if (!user || !name || !end || !SLIPS_OF_COM.test(end)) return null;
  const provider = PROVIDERS.find((one) => isWithinEdits(name, one, one.length > 6 ? 2 : 1));
  if (end.length < 3 && !provider) return null;
  const meant = `${(!REAL.test(name) && provider) || name}.com`;
  return meant === `${name}.${end}` ? null : address.trim().slice(0, user.length) + meant;
};

import {isWithinEdits} from './edit-distance.js';

/** Domains of most e-mail addresses. */
const PROVIDERS = ['gmail', 'yahoo', 'icloud', 'hotmail', 'outlook', 'googlemail'];
/** Names that are close to a provider's and exist. */
const REAL = /^[ey]?mail$/;
/** Typing errors of `com`. The shorter ones are countries, and count with a provider's name only. */
const TYPOS_OF_COM = /^(c|co|cm|om|com|cmo|ocm|comm|con|cpm|vom|xom)$/;

/** Returns the e-mail address that was probably meant, or null if there is no likely typing error. */
export const suggestEmail = (email: string): string | null => {
  const [, user, name, end] = /^(\S+@)([^.@\s]+)\.(\S+)$/.exec(email.trim().toLowerCase()) ?? [];
  if (!user || !name || !end || !TYPOS_OF_COM.test(end)) return null;
  const provider = PROVIDERS.find((one) => isWithinEdits(name, one, one.length > 6 ? 2 : 1));
  if (end.length < 3 && !provider) return null;
  const suggested = `${(!REAL.test(name) && provider) || name}.com`;
  return suggested === `${name}.${end}` ? null : email.trim().slice(0, user.length) + suggested;
};

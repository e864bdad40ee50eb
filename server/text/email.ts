import {domainToASCII} from 'node:url';

import {MAX_EMAIL_LENGTH, MAX_EMAIL_LOCAL_LENGTH} from '../contract/limits.js';

// RFC 5322 dot-atom. No quoted strings, comments or lists: mailers have misdirected such e-mail.
const LOCAL = /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/;
// RFC 1123 labels, at least two of them.
const DOMAIN = /^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
// `domainToASCII` parses a URL's host: it deletes tabs and line breaks, decodes %xx, cuts at / ? #.
const NO_DOMAIN = /[\0-,/:-@[-`{-\x7f]/;

const AT_SIGNS = /[\uff20\ufe6b]/g;
const FULL_STOPS = /[\u3002\uff0e\uff61]/g;
const INVISIBLE = /\p{Default_Ignorable_Code_Point}/gu;
/** Invisible characters except the two joiners, which are valid in some domains (RFC 5892, A). */
const INVISIBLE_IN_DOMAIN = /(?![\u200c\u200d])\p{Default_Ignorable_Code_Point}/gu;
/** Displays the text after it in reverse: the visitor has read another e-mail address. */
const RIGHT_TO_LEFT_OVERRIDE = '\u202e';

/**
 * Returns one plain e-mail address with its domain in lower-case ASCII (IDNA), or undefined.
 * Copying adds white space and invisible characters, and East Asian keyboards write `＠`, `．` and
 * letters of full width. These are corrected, because no other e-mail address can be meant.
 */
export const parseEmail = (given: string): string | undefined => {
  if (given.includes(RIGHT_TO_LEFT_OVERRIDE)) return undefined;
  const text = given.replace(AT_SIGNS, '@');
  const at = text.lastIndexOf('@');
  const local = asciiLocal(text.slice(0, Math.max(at, 0)));
  const domain = asciiDomain(text.slice(at + 1));
  if (local.length > MAX_EMAIL_LOCAL_LENGTH || !LOCAL.test(local)) return undefined;
  if (!DOMAIN.test(domain) || /^[\d.]+$/.test(domain)) return undefined;
  const email = `${local}@${domain}`;
  return email.length > MAX_EMAIL_LENGTH ? undefined : email;
};

const asciiLocal = (given: string): string =>
  given.replace(INVISIBLE, '').trimStart().normalize('NFKC').replace(FULL_STOPS, '.');

/**
 * Converts a domain to ASCII. Joiners in an invalid place are removed like other invisible ones.
 */
const asciiDomain = (given: string): string => {
  for (const invisible of [INVISIBLE_IN_DOMAIN, INVISIBLE]) {
    const text = given.replace(invisible, '').trimEnd();
    const domain = NO_DOMAIN.test(text) ? '' : domainToASCII(text);
    if (domain) return domain.toLowerCase();
  }
  return '';
};

/** E-mail address of the demo's owner in development. It is the only one without a domain. */
export const DEMO_OWNER = 'owner@localhost';

/** Returns one plain e-mail address of an account, or undefined. Only development has `DEMO_OWNER`. */
export const parseAccountEmail = (
  given: string,
  {production}: {production: boolean},
): string | undefined =>
  !production && given.trim().toLowerCase() === DEMO_OWNER ? DEMO_OWNER : parseEmail(given);

/** Masks `anna@example.com` as `a•••@example.com`: enough to recognise, too little to learn it. */
export const maskEmail = (email: string): string => {
  const at = email.lastIndexOf('@');
  return `${email.slice(0, 1)}•••${email.slice(at)}`;
};

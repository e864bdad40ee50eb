import {domainToASCII} from 'node:url';

import {MAX_EMAIL_LENGTH, MAX_EMAIL_LOCAL_LENGTH} from '../contract/limits.js';

// RFC 5322 dot-atom. No quoted strings, comments or lists: mailers have sent those to strangers.
const LOCAL = /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/;
// RFC 1123 labels, at least two of them.
const DOMAIN = /^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
// `domainToASCII` reads like a URL: it drops tabs and line breaks, decodes %xx and cuts at / ? #.
const NO_DOMAIN = /[\0-,/:-@[-`{-\x7f]/;

const AT_SIGNS = /[\uff20\ufe6b]/g;
const FULL_STOPS = /[\u3002\uff0e\uff61]/g;
const INVISIBLE = /\p{Default_Ignorable_Code_Point}/gu;
/** All of them but the two joiners, which are letters' neighbours in some domains (RFC 5892, A). */
const INVISIBLE_IN_DOMAIN = /(?![\u200c\u200d])\p{Default_Ignorable_Code_Point}/gu;
/** Shows what follows in reverse, so that the visitor has read another e-mail address. */
const REVERSED = '\u202e';

/**
 * Returns one plain e-mail address with its domain in lower-case ASCII (IDNA), or undefined.
 * Copying adds white space and invisible characters, and East Asian keyboards write `＠`, `．` and
 * letters of full width. These are forgiven, because no other e-mail address can be meant.
 */
export const strictEmail = (given: string): string | undefined => {
  if (given.includes(REVERSED)) return undefined;
  const text = given.replace(AT_SIGNS, '@');
  const at = text.lastIndexOf('@');
  const local = asciiLocal(text.slice(0, Math.max(at, 0)));
  const domain = asciiDomain(text.slice(at + 1));
  if (local.length > MAX_EMAIL_LOCAL_LENGTH || !LOCAL.test(local)) return undefined;
  if (!DOMAIN.test(domain) || /^[\d.]+$/.test(domain)) return undefined;
  const address = `${local}@${domain}`;
  return address.length > MAX_EMAIL_LENGTH ? undefined : address;
};

const asciiLocal = (given: string): string =>
  given.replace(INVISIBLE, '').trimStart().normalize('NFKC').replace(FULL_STOPS, '.');

/** A joiner that is not valid where it stands is removed like other invisible characters. */
const asciiDomain = (given: string): string => {
  for (const invisible of [INVISIBLE_IN_DOMAIN, INVISIBLE]) {
    const text = given.replace(invisible, '').trimEnd();
    const domain = NO_DOMAIN.test(text) ? '' : domainToASCII(text);
    if (domain) return domain.toLowerCase();
  }
  return '';
};

/** `anna@example.com` as `a•••@example.com`: enough to recognise, not enough to learn. */
export const maskedEmail = (address: string): string => {
  const at = address.lastIndexOf('@');
  return `${address.slice(0, 1)}•••${address.slice(at)}`;
};

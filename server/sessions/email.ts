import {domainToASCII} from 'node:url';

import {MAX_EMAIL_LENGTH, MAX_EMAIL_LOCAL_LENGTH} from '../contract/limits.js';

// RFC 5322 dot-atom. No quoted strings, comments or lists: mailers have sent those to strangers.
const LOCAL = /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/;
// RFC 1123 labels, at least two of them.
const DOMAIN = /^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
// `domainToASCII` reads like a URL: it drops tabs and line breaks, decodes %xx and cuts at / ? #.
const NO_DOMAIN = /[\0-,/:-@[-`{-\x7f]/;

/**
 * One plain address with its domain in lower-case ASCII (IDNA), or undefined.
 * Surrounding white space is forgiven, since it comes from copying.
 */
export const strictEmail = (given: string): string | undefined => {
  const trimmed = given.trim();
  const at = trimmed.lastIndexOf('@');
  if (at < 1 || NO_DOMAIN.test(trimmed.slice(at + 1))) return undefined;
  const local = trimmed.slice(0, at);
  const domain = domainToASCII(trimmed.slice(at + 1)).toLowerCase();
  if (local.length > MAX_EMAIL_LOCAL_LENGTH || !LOCAL.test(local)) return undefined;
  if (!DOMAIN.test(domain) || /^[\d.]+$/.test(domain)) return undefined;
  const address = `${local}@${domain}`;
  return address.length > MAX_EMAIL_LENGTH ? undefined : address;
};

/** `anna@example.com` as `a•••@example.com`: enough to recognise, not enough to learn. */
export const maskedEmail = (address: string): string => {
  const at = address.lastIndexOf('@');
  return `${address.slice(0, 1)}•••${address.slice(at)}`;
};

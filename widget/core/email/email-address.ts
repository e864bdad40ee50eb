import {MAX_EMAIL_LENGTH, MAX_EMAIL_LOCAL_LENGTH} from '../../../server/contract/limits.js';

const INVISIBLE = /\p{Default_Ignorable_Code_Point}/gu;
const AT_SIGNS = /[\uff20\ufe6b]/g;
const FULL_STOPS = /[\u3002\uff0e\uff61]/g;

/**
 * Returns the e-mail address in text that was copied from a mail program, a contact card or a PDF, or
 * typed on an East Asian keyboard. Text that is no e-mail address is returned trimmed.
 */
export const cleanEmail = (text: string) => {
  // A right-to-left override shows another e-mail address than the one that was meant.
  if (text.includes('\u202e')) return text;
  const visible = text
    .replace(INVISIBLE, '')
    .replace(AT_SIGNS, '@')
    .replace(FULL_STOPS, '.')
    .trim();
  const inBrackets = /<([^<>]+)>$/.exec(visible)?.[1] ?? visible;
  return inBrackets.replace(/^mailto:([^?]*).*$/i, '$1').trim();
};

/** Catches typing errors. Only an e-mail can show that the e-mail address exists. */
export const looksLikeEmail = (email: string) => {
  const at = email.lastIndexOf('@');
  return (
    email.length <= MAX_EMAIL_LENGTH &&
    at <= MAX_EMAIL_LOCAL_LENGTH &&
    /^[^\s@<>,;]+@[^\s@<>,;.]+(\.[^\s@<>,;.]+)+$/.test(email)
  );
};

import {MAX_EMAIL_LENGTH, MAX_EMAIL_LOCAL_LENGTH} from '../server/contract/limits.js';

/** Catches slips of the finger; whether an address exists, only a mail can tell. */
export const looksLikeEmail = (address: string) => {
  const at = address.lastIndexOf('@');
  return (
    address.length <= MAX_EMAIL_LENGTH &&
    at <= MAX_EMAIL_LOCAL_LENGTH &&
    /^[^\s@<>,;]+@[^\s@<>,;.]+(\.[^\s@<>,;.]+)+$/.test(address)
  );
};

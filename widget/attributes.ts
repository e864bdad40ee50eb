import type {MariaChat} from './maria-chat.js';

/** What nearly every page writes needs no check, nor the file that makes it. */
const PLAIN = /^(site|api|class|id|style|popover|inert|aria-.*|data-.*)$/;

/** Not fetched again with every stroke of a key. */
let isMissing = false;

export const checkAttributes = async (host: MariaChat) => {
  if (isMissing || host.getAttributeNames().every((name) => PLAIN.test(name))) return;
  try {
    (await import('./attribute-check.js')).warnOfFaults(host);
  } catch (error) {
    isMissing = true;
    host.onLoadFailure(error);
  }
};

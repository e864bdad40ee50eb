import type {MariaChat} from './maria-chat.js';

/** What nearly every page writes needs no check, nor the file that makes it. */
const PLAIN = /^(site|api|class|id|style)$/;

export const checkAttributes = async (host: MariaChat) => {
  if (host.getAttributeNames().every((name) => PLAIN.test(name))) return;
  try {
    (await import('./attribute-check.js')).warnOfFaults(host);
  } catch (error) {
    host.onLoadFailure(error);
  }
};

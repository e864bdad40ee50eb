import type * as attributeCheck from './attribute-check.js';
import type {MariaChat} from './maria-chat.js';

/** What nearly every page writes needs no check, nor the file that makes it. */
const PLAIN = /^(site|api|class|id|style|popover|inert|aria-.*|data-.*)$/;

/** Loaded once, and null if that failed: a missing file is not loaded again with every key press. */
let warnings: Promise<typeof attributeCheck | null> | null = null;

export const checkAttributes = async (host: MariaChat) => {
  if (host.getAttributeNames().every((name) => PLAIN.test(name))) return;
  warnings ??= import('./attribute-check.js').catch((error: unknown) => {
    host.onLoadFailure(error);
    return null;
  });
  (await warnings)?.warnOfFaults(host);
};

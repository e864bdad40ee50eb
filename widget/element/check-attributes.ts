import type * as attributeWarnings from './attribute-warnings.js';
import type {MariaChat} from './maria-chat.js';

/** What nearly every page writes needs no check, nor the file that makes it. */
const PLAIN = /^(site|api|class|id|style|popover|inert|aria-.*|data-.*)$/;

/** Loaded once, and null if that failed: a missing file is not loaded again with every key press. */
let warnings: Promise<typeof attributeWarnings | null> | null = null;

export const checkAttributes = async (host: MariaChat) => {
  if (host.getAttributeNames().every((name) => PLAIN.test(name))) return;
  warnings ??= import('./attribute-warnings.js').catch((error: unknown) => {
    host.onLoadFailure(error);
    return null;
  });
  (await warnings)?.warnAboutAttributes(host);
};

import type * as attributeWarnings from './attribute-warnings.js';

/** Attributes that most pages write need no check, and not the file that makes it. */
const PLAIN = /^(site|api|class|id|style|popover|inert|aria-.*|data-.*)$/;

/** Loaded once, and undefined if that failed: a missing file is not loaded again with every key press. */
let warnings: Promise<typeof attributeWarnings | undefined> | null = null;

/** Warns the page's developer about attributes that have no effect. */
export const checkAttributes = async (
  element: HTMLElement,
  onLoadError: (error: unknown) => undefined,
) => {
  if (element.getAttributeNames().every((name) => PLAIN.test(name))) return;
  warnings ??= import('./attribute-warnings.js').catch(onLoadError);
  (await warnings)?.warnAboutAttributes(element);
};

import {base} from '../styles/base.js';
import {parts} from '../styles/parts.js';

/** Adds a style sheet to the page. Constructed sheets need no file and no inline style. */
export const addStyles = (css: string): void => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  document.adoptedStyleSheets.push(sheet);
};

// They come first, so that the sheet of a page can change what they set.
addStyles(base);
addStyles(parts);

/** Characters that control a terminal, or that change the place or order of text. */
const UNPRINTABLE = /(?![\t\n\r])[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu;
const CONTROL = /\p{Cc}/gu;

const escapeCharacter = (character: string): string =>
  `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;

/**
 * Returns text for a terminal, in which control and bidi characters appear as `\u009b`. Visitors
 * choose names and headers, and JSON leaves C1 controls as they are. JSON keeps its meaning.
 */
export const escapeUnprintable = (text: string): string =>
  text.replace(UNPRINTABLE, escapeCharacter);

/** Returns the text of one cell, in which line breaks and tabs are escaped too. */
export const escapeCell = (text: string): string =>
  escapeUnprintable(text.replace(CONTROL, escapeCharacter));

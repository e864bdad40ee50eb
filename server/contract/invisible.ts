/**
 * Control characters, lone surrogates, bidirectional marks, overrides and isolates, and the byte order
 * mark. They can make one name look like another, or cannot be stored.
 */
export const INVISIBLE = /[\p{Cc}\p{Cs}\p{Bidi_Control}\ufeff]/gu;

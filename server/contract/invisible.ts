/**
 * Control characters, lone surrogates, bidirectional marks, overrides and isolates, and the byte order
 * mark. They can make one name look like another, or cannot be stored.
 */
export const INVISIBLE = /[\p{Cc}\p{Cs}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/gu;

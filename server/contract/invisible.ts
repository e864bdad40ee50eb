/**
 * Control characters, halves of characters, bidirectional marks, overrides and isolates, and the byte
 * order mark: with them one name looks like another, or cannot be stored as it is.
 */
export const INVISIBLE = /[\p{Cc}\p{Cs}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/gu;

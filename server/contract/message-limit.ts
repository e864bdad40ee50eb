/**
 * Length of a visitor's message in code points. In a file of its own, because the first chunk of the
 * widget needs this limit and no other.
 */
export const MAX_MESSAGE_LENGTH = 4_000;

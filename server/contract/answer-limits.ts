/** Limits of questions and answers, which the server enforces and the widget checks. */
export const MAX_ANSWERS = 100;
/** Size of all answers of a session as JSON. */
export const MAX_ANSWERS_BYTES = 48 * 1024;

/** Lengths in code points. */
export const MAX_TEXT_LENGTH = 500;
export const MAX_LONG_TEXT_LENGTH = 4_000;
export const MAX_OTHER_LENGTH = 200;
export const MAX_URL_LENGTH = 2_000;
/** As typed: 15 digits, with spaces and signs between them. */
export const MAX_PHONE_LENGTH = 50;
export const MIN_PHONE_DIGITS = 5;
export const MAX_PHONE_DIGITS = 15;
/** Hint, placeholder, unit, and label of an option. */
export const MAX_HINT_LENGTH = 500;

export const MIN_OPTIONS = 2;
export const MAX_OPTIONS = 50;
export const MAX_DECIMALS = 6;

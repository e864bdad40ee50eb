/**
 * Limits that the server enforces and the widget tells before it sends anything.
 * The server's settings and a site's settings may lower those of the first block.
 */
export const MAX_FILES = 3;
export const MIN_FILES = 1;
export const MAX_FILE_BYTES = 5 * 1024 * 1024;

/** Real readers accept a header that follows up to this many bytes (ISO 32000-1, annex H.3.4.1). */
export const PDF_HEADER_WITHIN_BYTES = 1024;
export const PDF_TRAILER_WITHIN_BYTES = 1024;
export const PDF_CONTENT_TYPE = 'application/pdf';
/** Maximum duration of one upload. */
export const UPLOAD_MAX_MS = 900_000;

export const MAX_FILE_NAME_BYTES = 255;
export const MAX_IDEMPOTENCY_KEY_LENGTH = 255;

export const MAX_NAME_LENGTH = 100;
/** RFC 5321, section 4.5.3.1: 64 octets before the @, 254 in all (its erratum 1690). */
export const MAX_EMAIL_LENGTH = 254;
export const MAX_EMAIL_LOCAL_LENGTH = 64;

export const MAX_WORDING_LENGTH = 4_000;
/** Recorded decisions; a withdrawal is taken beyond it. */
export const MAX_CONSENTS_PER_SESSION = 100;
export const MAX_STEP_LENGTH = 40;
export const MAX_LOCALE_LENGTH = 35;
export const MAX_SITE_KEY_LENGTH = 64;

/** Characters, as people count them: code points. */
export const MAX_MESSAGE_LENGTH = 4_000;
/** Of what Maria or a person answers; the rest is cut off. */
export const MAX_REPLY_LENGTH = 16_000;
export const MAX_CLIENT_ID_LENGTH = 64;
/** That a visitor may write in one session. */
export const MAX_MESSAGES_PER_SESSION = 500;
export const MAX_MESSAGE_PAGE = 100;

/** A stream carries a sign of life this often, so that proxies keep it and its reader knows. */
export const HEARTBEAT_MS = 15_000;
/** A long poll without news is answered after this. */
export const LONG_POLL_MS = 25_000;

/** Calls a minute and client address on the two UUID endpoints; other routes allow multiples. */
export const RATE_LIMIT_PER_MINUTE = 10;
/** While an address waits for its confirmation, the widget asks this often. */
export const PENDING_POLL_MS = 2_000;

/**
 * Limits that the server enforces and the widget checks before it sends anything. The settings of
 * the server and of a site can lower the limits of the first block.
 */
export const MAX_FILES = 3;
export const MIN_FILES = 1;
export const MAX_FILE_BYTES = 5 * 1024 * 1024;

/** PDF viewers accept a header anywhere in this many bytes (ISO 32000-1, annex H.3.4.1). */
export const PDF_HEADER_WITHIN_BYTES = 1024;
export const PDF_TRAILER_WITHIN_BYTES = 1024;
export const PDF_CONTENT_TYPE = 'application/pdf';
/** Maximum duration of one upload. */
export const UPLOAD_MAX_MS = 900_000;

export const MAX_FILE_NAME_BYTES = 255;
export const MAX_IDEMPOTENCY_KEY_LENGTH = 255;

export const MAX_NAME_LENGTH = 100;
/** RFC 5321, section 4.5.3.1: 64 octets before the @, 254 in total (its erratum 1690). */
export const MAX_EMAIL_LENGTH = 254;
export const MAX_EMAIL_LOCAL_LENGTH = 64;

export const MAX_WORDING_LENGTH = 4_000;
/** Number of recorded decisions. A withdrawal is accepted beyond this limit. */
export const MAX_CONSENTS_PER_SESSION = 100;
export const MAX_STEP_LENGTH = 40;
export const MAX_LOCALE_LENGTH = 35;
export const MAX_SITE_KEY_LENGTH = 64;

export {MAX_MESSAGE_LENGTH} from './message-limit.js';
/** Length of a reply in UTF-16 units; the rest is cut off. */
export const MAX_REPLY_LENGTH = 16_000;
export const MAX_CLIENT_ID_LENGTH = 64;
/** Number of messages that a visitor can write in one session. */
export const MAX_MESSAGES_PER_SESSION = 500;
export const MAX_MESSAGE_PAGE = 100;

/** Interval of heartbeats. Proxies keep the stream open, and clients notice a lost connection. */
export const HEARTBEAT_MS = 15_000;
/** Time after which a long poll without events gets its response. */
export const LONG_POLL_MS = 25_000;

/** Requests a minute from one client network to a UUID endpoint. Other routes allow multiples. */
export const RATE_LIMIT_PER_MINUTE = 10;
/** Poll interval of the widget while an e-mail address is not confirmed. */
export const PENDING_POLL_MS = 2_000;

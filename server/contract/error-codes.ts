/** HTTP status of each error code. `error-help.ts` has its meaning and what to do. */
export const ERROR_CODES = {
  invalid_request: 400,
  invalid_uuid: 400,
  empty_file: 400,
  no_file: 400,
  size_mismatch: 400,
  token_required: 401,
  token_invalid: 401,
  sign_in_required: 401,
  consent_required: 403,
  origin_not_allowed: 403,
  cross_site: 403,
  role_required: 403,
  not_found: 404,
  unknown_site: 404,
  method_not_allowed: 405,
  too_slow: 408,
  uuid_collision: 409,
  too_many_files: 409,
  too_many_messages: 409,
  too_many_consents: 409,
  too_many_people: 409,
  already_member: 409,
  in_progress: 409,
  selection_changed: 409,
  last_owner: 409,
  session_gone: 410,
  answer_over: 410,
  link_over: 410,
  erased: 410,
  body_too_large: 413,
  file_too_large: 413,
  not_a_pdf: 415,
  unsupported_media_type: 415,
  range_not_satisfiable: 416,
  invalid_email: 422,
  invalid_name: 422,
  invalid_answer: 422,
  file_infected: 422,
  active_content: 422,
  idempotency_key_reused: 422,
  upgrade_required: 426,
  rate_limited: 429,
  headers_too_large: 431,
  internal: 500,
  uuid_generation_failed: 500,
  unavailable: 503,
  busy: 503,
  scan_unavailable: 503,
} as const;

export type ErrorCode = keyof typeof ERROR_CODES;

/** Coarse class of an error code: it determines whether the widget's session can continue. */
export type ErrorStatus =
  'error' | 'invalid' | 'collision' | 'gone' | 'rate_limited' | 'unavailable';

/** Returns the class of a code. Only `invalid`, `collision` and `gone` end the widget's session. */
export const getErrorStatus = (code: ErrorCode): ErrorStatus => {
  if (code === 'invalid_uuid') return 'invalid';
  if (code === 'uuid_collision') return 'collision';
  if (code === 'session_gone') return 'gone';
  if (code === 'rate_limited') return 'rate_limited';
  return ERROR_CODES[code] === 503 ? 'unavailable' : 'error';
};

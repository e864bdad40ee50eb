import type {TSchema} from 'typebox';

import {ErrorBody} from '../contract/common.js';
import {ERROR_CODES} from '../contract/error-codes.js';
import type {ErrorCode} from '../contract/error-codes.js';

/** Codes that any route can answer. */
const EVERYWHERE: ErrorCode[] = ['rate_limited', 'internal', 'unavailable'];

/** A route's response schemas: what it answers when all is well, and its error codes by status. */
export const answers = <T extends Record<number, TSchema>>(good: T, codes: ErrorCode[] = []) => {
  const byStatus = new Map<number, ErrorCode[]>();
  for (const code of [...codes, ...EVERYWHERE]) {
    const status = ERROR_CODES[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  const bad = Object.fromEntries(
    [...byStatus].map(([status, list]) => [
      status,
      {...ErrorBody, description: list.map((code) => `\`${code}\``).join(', ')},
    ]),
  );
  // The error answers are sent by one place that needs no types from here.
  return {...bad, ...good} as T;
};

/** Headers of every call that acts on a session, for the OpenAPI document. */
export const SESSION_SECURITY = [{visitorToken: [], sessionUuid: []}];

/** What every such call can answer besides. */
export const SESSION_CODES: ErrorCode[] = [
  'invalid_request',
  'token_required',
  'token_invalid',
  'origin_not_allowed',
  'session_gone',
];

import {Type} from 'typebox';
import type {Static} from 'typebox';

import {ERROR_CODES} from './error-codes.js';
import type {ErrorCode} from './error-codes.js';
import {MAX_LOCALE_LENGTH, MAX_SITE_KEY_LENGTH} from './limits.js';

/** RFC 9562 version 4, in lower case as every answer spells it. */
export const Uuid = Type.String({
  format: 'uuid',
  examples: ['2f1c7c1e-6d0b-4c53-9d1a-0a5c8a6f3b1e'],
});

/** RFC 3339, by the database's clock. */
export const Timestamp = Type.String({format: 'date-time', examples: ['2026-11-21T09:30:00.000Z']});

/** BCP 47, as the browser spells it. */
export const Locale = Type.String({
  pattern: '^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$',
  maxLength: MAX_LOCALE_LENGTH,
  examples: ['pt-BR'],
});

export const SiteKey = Type.String({
  pattern: '^[a-z0-9][a-z0-9-]*$',
  maxLength: MAX_SITE_KEY_LENGTH,
  examples: ['demo'],
});

export const ErrorBody = Type.Object({
  status: Type.Union([
    Type.Literal('error'),
    Type.Literal('invalid'),
    Type.Literal('collision'),
    Type.Literal('gone'),
    Type.Literal('rate_limited'),
    Type.Literal('unavailable'),
  ]),
  code: Type.Unsafe<ErrorCode>({type: 'string', enum: Object.keys(ERROR_CODES)}),
  message: Type.String(),
  request_id: Type.String(),
  uuid: Type.Optional(Type.Null()),
  faults: Type.Optional(
    Type.Array(Type.Object({path: Type.String(), message: Type.String()}), {
      description: 'With `invalid_request`: where the body departs from its schema.',
    }),
  ),
});
export type ErrorBody = Static<typeof ErrorBody>;

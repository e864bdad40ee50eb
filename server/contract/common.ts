import {Type} from 'typebox';
import type {Static} from 'typebox';

import {ERROR_CODES} from './error-codes.js';
import type {ErrorCode} from './error-codes.js';
import {EXAMPLE_TIME, EXAMPLE_UUID} from './examples.js';
import {MAX_LOCALE_LENGTH, MAX_SITE_KEY_LENGTH} from './limits.js';

/** RFC 9562 version 4, in lower case as every answer spells it. */
export const Uuid = Type.String({format: 'uuid', examples: [EXAMPLE_UUID]});

/** RFC 3339, by the database's clock. */
export const Timestamp = Type.String({format: 'date-time', examples: [EXAMPLE_TIME]});

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

export const ErrorBody = Type.Object(
  {
    status: Type.Union(
      [
        Type.Literal('error'),
        Type.Literal('invalid'),
        Type.Literal('collision'),
        Type.Literal('gone'),
        Type.Literal('rate_limited'),
        Type.Literal('unavailable'),
      ],
      {description: 'What a widget must do: only `invalid`, `collision` and `gone` end a session.'},
    ),
    code: Type.Unsafe<ErrorCode>({
      type: 'string',
      enum: Object.keys(ERROR_CODES),
      description: 'Stable; programs read this.',
    }),
    message: Type.String({
      description: 'For the page’s developer: what was expected, what came, what to do.',
    }),
    request_id: Type.String({description: 'The operator finds it in the log.'}),
    uuid: Type.Optional(Type.Null({description: 'Under /api/session: no error hands out a UUID.'})),
    faults: Type.Optional(
      Type.Array(Type.Object({path: Type.String(), message: Type.String()}), {
        description:
          'With `invalid_request`: where the body departs from its schema, at most 20 places.',
      }),
    ),
    more_faults: Type.Optional(
      Type.Integer({description: 'Number of further places that `faults` leaves out.'}),
    ),
  },
  {title: 'ErrorBody'},
);
export type ErrorBody = Static<typeof ErrorBody>;

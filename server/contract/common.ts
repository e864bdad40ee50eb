import {Type} from 'typebox';
import type {Static} from 'typebox';

import {ANSWER_ERROR_CODES} from './answers.js';
import type {AnswerError} from './answers.js';
import {ERROR_CODES} from './error-codes.js';
import type {ErrorCode} from './error-codes.js';
import {EXAMPLE_TIME, EXAMPLE_UUID} from './examples.js';
import {MAX_LOCALE_LENGTH, MAX_SITE_KEY_LENGTH} from './limits.js';

/** UUID of version 4 (RFC 9562). Responses write it in lower case. */
export const Uuid = Type.String({format: 'uuid', examples: [EXAMPLE_UUID]});

/** Time in the format of RFC 3339, by the database's clock. */
export const Timestamp = Type.String({format: 'date-time', examples: [EXAMPLE_TIME]});

/** Language tag (BCP 47), as the browser spells it. */
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

const Limit = {type: ['number', 'string']};

/** Answer that is not valid, and what was expected instead. */
export const WrongAnswer = Type.Object(
  {
    field: Type.String(),
    expected: Type.Object({
      code: Type.Unsafe<AnswerError['code']>({type: 'string', enum: [...ANSWER_ERROR_CODES]}),
      min: Type.Optional(Type.Unsafe<number | string>(Limit)),
      max: Type.Optional(Type.Unsafe<number | string>(Limit)),
      type: Type.Optional(Type.Unsafe<NonNullable<AnswerError['type']>>({type: 'string'})),
    }),
  },
  {title: 'WrongAnswer'},
);
export type WrongAnswer = Static<typeof WrongAnswer>;

/** End of a lead of which only the tombstone is left. */
export const Erasure = Type.Object(
  {
    at: Type.Union([Timestamp, Type.Null()], {
      description: 'Null if the audit log no longer contains it.',
    }),
    by: Type.Union(
      [
        Type.Literal('visitor'),
        Type.Literal('account'),
        Type.Literal('operator'),
        Type.Literal('retention'),
        Type.Null(),
      ],
      {description: '`operator`: a command on the server. `retention`: its time was over.'},
    ),
  },
  {title: 'Erasure'},
);
export type Erasure = Static<typeof Erasure>;

/** Why a session of an account has ended, if not by its own browser. */
export const END_REASONS = ['role_changed', 'signed_out'] as const;
export type EndReason = (typeof END_REASONS)[number];

const EndReason = Type.Unsafe<EndReason>({
  type: 'string',
  enum: [...END_REASONS],
  description:
    'Why the session of a `sign_in_required` has ended, if not by its own browser. `role_changed`: a role of the account was lowered or removed. `signed_out`: from another browser, or by the operator. Absent after the account was removed.',
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
      {
        description:
          'Coarse class of the error. Only `invalid`, `collision` and `gone` end a session in the widget.',
      },
    ),
    code: Type.Unsafe<ErrorCode>({
      type: 'string',
      enum: Object.keys(ERROR_CODES),
      description: 'Stable code of the error, for programs.',
    }),
    message: Type.String({
      description:
        'Text for the page’s developer: what is wrong, what was expected and what to do.',
    }),
    request_id: Type.String({description: 'Id of the request in the operator’s log.'}),
    uuid: Type.Optional(
      Type.Null({description: 'Present under /api/session: an error never contains a UUID.'}),
    ),
    faults: Type.Optional(
      Type.Array(Type.Object({path: Type.String(), message: Type.String()}), {
        description: 'The first 20 validation errors of an `invalid_request`.',
      }),
    ),
    more_faults: Type.Optional(
      Type.Integer({description: 'Number of validation errors that `faults` leaves out.'}),
    ),
    answers: Type.Optional(
      Type.Array(WrongAnswer, {description: 'The wrong answers of an `invalid_answer`.'}),
    ),
    erasure: Type.Optional(
      Type.Unsafe<Erasure>({...Erasure, description: 'When and by whom a lead was `erased`.'}),
    ),
    reason: Type.Optional(EndReason),
  },
  {title: 'ErrorBody'},
);
export type ErrorBody = Static<typeof ErrorBody>;

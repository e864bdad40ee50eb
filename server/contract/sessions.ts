import {Type} from 'typebox';
import type {Static} from 'typebox';

import {Locale, SiteKey, Timestamp, Uuid} from './common.js';
import {
  EXAMPLE_ANSWERS,
  EXAMPLE_DECISIONS,
  EXAMPLE_SESSION,
  EXAMPLE_TOKEN,
  EXAMPLE_UUID,
  EXAMPLE_VISIT,
} from './examples.js';
import {StoredFile} from './files.js';
import {MAX_EMAIL_LENGTH, MAX_NAME_LENGTH, MAX_STEP_LENGTH, MAX_WORDING_LENGTH} from './limits.js';
import {GivenAnswers, SessionAnswer} from './session-answers.js';
import {SiteConfig} from './sites.js';

export const Purpose = Type.Union(
  [Type.Literal('personal_data'), Type.Literal('ai_training'), Type.Literal('ai_answers')],
  {
    description:
      '`personal_data`: storage of personal data. `ai_training`: use of the files for training. `ai_answers`: use of the files for replies.',
  },
);
export type Purpose = Static<typeof Purpose>;

/** Latest decision for one purpose. */
export const RecordedConsent = Type.Object(
  {
    purpose: Purpose,
    granted: Type.Boolean(),
    recorded_at: Timestamp,
  },
  {title: 'RecordedConsent'},
);
export type RecordedConsent = Static<typeof RecordedConsent>;

const Delayed = Type.Boolean({
  description:
    'The e-mail with the link has not been sent yet, because many e-mails were sent for this client network. It is sent within 6 hours, or not at all.',
});

export const SessionState = Type.Union(
  [Type.Literal('visit'), Type.Literal('pending'), Type.Literal('complete')],
  {
    description:
      '`visit`: no e-mail address yet. `pending`: the e-mail address is not confirmed. `complete`: it is confirmed.',
  },
);
export type SessionState = Static<typeof SessionState>;

export const Session = Type.Object(
  {
    uuid: Uuid,
    state: SessionState,
    name: Type.Union([Type.String(), Type.Null()]),
    email_masked: Type.Union([Type.String({examples: ['a•••@example.com']}), Type.Null()]),
    pending_email_masked: Type.Union([Type.String(), Type.Null()], {
      description: 'New e-mail address, which takes effect when it is confirmed.',
    }),
    delayed: Delayed,
    consents: Type.Array(RecordedConsent),
    files: Type.Array(StoredFile),
    answers: Type.Optional(
      Type.Array(SessionAnswer, {
        description: 'Answers to the questions of the site. Only `GET /api/session` returns them.',
      }),
    ),
    idle_expires_at: Type.Union([Timestamp, Type.Null()], {
      description:
        'Time when an unfinished visit is abandoned if the visitor does nothing. Null for `pending` and `complete`.',
    }),
  },
  {
    title: 'Session',
    description: 'Current state of the session.',
    examples: [EXAMPLE_VISIT, {...EXAMPLE_SESSION, answers: EXAMPLE_ANSWERS}],
  },
);
export type Session = Static<typeof Session>;

export const GenerateUuid = Type.Object(
  {site: Type.Optional(SiteKey)},
  {title: 'GenerateUuid', additionalProperties: false, examples: [{site: 'demo'}]},
);
export type GenerateUuid = Static<typeof GenerateUuid>;

export const GeneratedUuid = Type.Object(
  {
    status: Type.Literal('success'),
    uuid: Uuid,
    token: Type.String({
      description: 'Visitor token: the credential for the UUID.',
    }),
    message: Type.String(),
    config: Type.Optional(SiteConfig),
  },
  {
    title: 'GeneratedUuid',
    description: 'An unused UUID and its token.',
    examples: [
      {
        status: 'success',
        uuid: EXAMPLE_UUID,
        token: EXAMPLE_TOKEN,
        message: 'A new session UUID.',
      },
    ],
  },
);
export type GeneratedUuid = Static<typeof GeneratedUuid>;

/** The schema accepts any `uuid`. The route validates it, so that each error has its own code. */
export const ValidateUuid = Type.Object(
  {
    uuid: Type.Optional(
      Type.Unknown({
        description: 'A version-4 UUID, in upper or lower case.',
        examples: [EXAMPLE_UUID],
      }),
    ),
    site: Type.Optional(SiteKey),
  },
  {
    title: 'ValidateUuid',
    additionalProperties: false,
    examples: [{uuid: EXAMPLE_UUID, site: 'demo'}],
  },
);
export type ValidateUuid = Static<typeof ValidateUuid>;

export const ValidatedUuid = Type.Object(
  {
    status: Type.Literal('success'),
    uuid: Uuid,
    message: Type.String(),
    token: Type.Optional(
      Type.String({
        description:
          'Visitor token, present only if the UUID was unknown. The UUID belongs to the caller now.',
      }),
    ),
    session: Type.Optional(Session),
  },
  {
    title: 'ValidatedUuid',
    description: 'The UUID belongs to the caller: it was unknown, or the request has its token.',
    examples: [
      {
        status: 'success',
        uuid: EXAMPLE_UUID,
        message: 'The session UUID is valid.',
        token: EXAMPLE_TOKEN,
      },
      {
        status: 'success',
        uuid: EXAMPLE_UUID,
        message: 'The session UUID is valid.',
        session: EXAMPLE_SESSION,
      },
    ],
  },
);
export type ValidatedUuid = Static<typeof ValidatedUuid>;

export const ConsentDecision = Type.Object(
  {
    purpose: Purpose,
    granted: Type.Boolean(),
    wording: Type.String({
      minLength: 1,
      maxLength: MAX_WORDING_LENGTH,
      // PostgreSQL stores neither NUL nor a lone surrogate in a text.
      pattern: '^[^\\u0000\\ud800-\\udfff]*$',
      description: 'Exact text that the visitor saw.',
    }),
    locale: Locale,
  },
  {title: 'ConsentDecision', additionalProperties: false},
);
export type ConsentDecision = Static<typeof ConsentDecision>;

const ConsentDecisions = Type.Array(ConsentDecision, {minItems: 1, maxItems: 3});

export const RecordConsents = Type.Object(
  {consents: ConsentDecisions},
  {title: 'RecordConsents', additionalProperties: false, examples: [{consents: EXAMPLE_DECISIONS}]},
);
export type RecordConsents = Static<typeof RecordConsents>;

export const RecordedConsents = Type.Object(
  {consents: Type.Array(RecordedConsent)},
  {
    title: 'RecordedConsents',
    description: 'The latest decision for each purpose.',
    examples: [{consents: EXAMPLE_SESSION.consents}],
  },
);
export type RecordedConsents = Static<typeof RecordedConsents>;

export const ReachStep = Type.Object(
  {
    step: Type.String({
      pattern: '^[a-z][a-z0-9_]*$',
      maxLength: MAX_STEP_LENGTH,
      description: 'Id of a step of the site’s conversation.',
    }),
  },
  {title: 'ReachStep', additionalProperties: false, examples: [{step: 'files'}]},
);
export type ReachStep = Static<typeof ReachStep>;

/** `sendBeacon` cannot set headers, so the credential is in the body. */
export const LeavePage = Type.Object(
  {
    uuid: Type.Optional(Type.String({maxLength: 36})),
    token: Type.Optional(Type.String({maxLength: 300})),
  },
  {title: 'LeavePage', examples: [{uuid: EXAMPLE_UUID, token: EXAMPLE_TOKEN}]},
);
export type LeavePage = Static<typeof LeavePage>;

/** The lengths are generous, so that `invalid_name` and `invalid_email` can report the problem. */
export const SubmitContact = Type.Object(
  {
    name: Type.String({maxLength: 10 * MAX_NAME_LENGTH}),
    email: Type.String({maxLength: 10 * MAX_EMAIL_LENGTH}),
    locale: Type.Optional(Locale),
    consents: Type.Optional(ConsentDecisions),
    answers: Type.Optional(GivenAnswers),
  },
  {
    title: 'GiveContact',
    additionalProperties: false,
    examples: [
      {
        name: 'Anna Beispiel',
        email: 'anna@example.com',
        locale: 'de',
        answers: {position: 'nurse', years: 4},
      },
    ],
  },
);
export type SubmitContact = Static<typeof SubmitContact>;

export const ContactResponse = Type.Object(
  {
    state: SessionState,
    email_masked: Type.String({
      description: 'Current e-mail address, masked. A new one takes effect when it is confirmed.',
    }),
    delayed: Delayed,
  },
  {
    title: 'ContactAnswer',
    description:
      'The contact is stored and the link will be sent. The response does not reveal whether the e-mail address is known.',
    examples: [{state: 'pending', email_masked: 'a•••@example.com', delayed: false}],
  },
);
export type ContactResponse = Static<typeof ContactResponse>;

export const ResendResponse = Type.Object(
  {delayed: Delayed},
  {
    title: 'ResendAnswer',
    description: 'The link will be sent, unless there is nothing to confirm.',
    examples: [{delayed: false}],
  },
);
export type ResendResponse = Static<typeof ResendResponse>;

export const RectifySession = Type.Object(
  {
    name: Type.Optional(Type.String({maxLength: 10 * MAX_NAME_LENGTH})),
    email: Type.Optional(Type.String({maxLength: 10 * MAX_EMAIL_LENGTH})),
    consents: Type.Optional(ConsentDecisions),
    answers: Type.Optional(GivenAnswers),
  },
  {
    title: 'RectifySession',
    additionalProperties: false,
    minProperties: 1,
    examples: [{name: 'Anna B.'}, {email: 'anna.b@example.com'}, {answers: {position: 'doctor'}}],
  },
);
export type RectifySession = Static<typeof RectifySession>;

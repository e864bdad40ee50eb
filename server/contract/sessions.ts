import {Type} from 'typebox';
import type {Static} from 'typebox';

import {Locale, SiteKey, Timestamp, Uuid} from './common.js';
import {StoredFile} from './files.js';
import {MAX_EMAIL_LENGTH, MAX_NAME_LENGTH, MAX_STEP_LENGTH, MAX_WORDING_LENGTH} from './limits.js';

export const Purpose = Type.Union([
  Type.Literal('personal_data'),
  Type.Literal('ai_training'),
  Type.Literal('ai_answers'),
]);
export type Purpose = Static<typeof Purpose>;

/** The latest decision of each purpose. */
export const RecordedConsent = Type.Object({
  purpose: Purpose,
  granted: Type.Boolean(),
  recorded_at: Timestamp,
});
export type RecordedConsent = Static<typeof RecordedConsent>;

export const SessionState = Type.Union([
  Type.Literal('visit'),
  Type.Literal('pending'),
  Type.Literal('complete'),
]);
export type SessionState = Static<typeof SessionState>;

export const Session = Type.Object({
  uuid: Uuid,
  state: SessionState,
  name: Type.Union([Type.String(), Type.Null()]),
  email_masked: Type.Union([Type.String({examples: ['a•••@example.com']}), Type.Null()]),
  pending_email_masked: Type.Union([Type.String(), Type.Null()], {
    description: 'Another address that takes effect when it is confirmed.',
  }),
  consents: Type.Array(RecordedConsent),
  files: Type.Array(StoredFile),
  idle_expires_at: Type.Union([Timestamp, Type.Null()], {
    description: 'When an unfinished visit is abandoned unless something happens. Null after it.',
  }),
});
export type Session = Static<typeof Session>;

export const GenerateUuid = Type.Object(
  {site: Type.Optional(SiteKey)},
  {additionalProperties: false},
);
export type GenerateUuid = Static<typeof GenerateUuid>;

export const GeneratedUuid = Type.Object({
  status: Type.Literal('success'),
  uuid: Uuid,
  token: Type.String(),
  message: Type.String(),
});
export type GeneratedUuid = Static<typeof GeneratedUuid>;

/** The UUID is checked by a rule of its own, so that each fault gets its own answer. */
export const ValidateUuid = Type.Object(
  {
    uuid: Type.Optional(Type.Unknown({examples: ['2f1c7c1e-6d0b-4c53-9d1a-0a5c8a6f3b1e']})),
    site: Type.Optional(SiteKey),
  },
  {additionalProperties: false},
);
export type ValidateUuid = Static<typeof ValidateUuid>;

export const ValidatedUuid = Type.Object({
  status: Type.Literal('success'),
  uuid: Uuid,
  message: Type.String(),
  token: Type.Optional(
    Type.String({description: 'Only when the UUID was unknown: it is yours now.'}),
  ),
  session: Type.Optional(Session),
});
export type ValidatedUuid = Static<typeof ValidatedUuid>;

export const ConsentDecision = Type.Object(
  {
    purpose: Purpose,
    granted: Type.Boolean(),
    wording: Type.String({
      minLength: 1,
      maxLength: MAX_WORDING_LENGTH,
      // PostgreSQL keeps no NUL in a text.
      pattern: '^[^\\u0000]*$',
      description: 'The exact text the visitor saw.',
    }),
    locale: Locale,
  },
  {additionalProperties: false},
);
export type ConsentDecision = Static<typeof ConsentDecision>;

const ConsentDecisions = Type.Array(ConsentDecision, {minItems: 1, maxItems: 3});

export const RecordConsents = Type.Object(
  {consents: ConsentDecisions},
  {additionalProperties: false},
);
export type RecordConsents = Static<typeof RecordConsents>;

export const RecordedConsents = Type.Object({consents: Type.Array(RecordedConsent)});
export type RecordedConsents = Static<typeof RecordedConsents>;

export const ReachStep = Type.Object(
  {step: Type.String({pattern: '^[a-z][a-z0-9_]*$', maxLength: MAX_STEP_LENGTH})},
  {additionalProperties: false},
);
export type ReachStep = Static<typeof ReachStep>;

/** `sendBeacon` cannot set headers, so the credential travels in the body. */
export const LeavePage = Type.Object({
  uuid: Type.Optional(Type.String({maxLength: 36})),
  token: Type.Optional(Type.String({maxLength: 300})),
});
export type LeavePage = Static<typeof LeavePage>;

/** Lengths are generous here: `invalid_name` and `invalid_email` say what is wrong. */
export const GiveContact = Type.Object(
  {
    name: Type.String({maxLength: 10 * MAX_NAME_LENGTH}),
    email: Type.String({maxLength: 10 * MAX_EMAIL_LENGTH}),
    locale: Type.Optional(Locale),
    consents: Type.Optional(ConsentDecisions),
  },
  {additionalProperties: false},
);
export type GiveContact = Static<typeof GiveContact>;

export const ContactAnswer = Type.Object({
  state: SessionState,
  email_masked: Type.String(),
});
export type ContactAnswer = Static<typeof ContactAnswer>;

export const RectifySession = Type.Object(
  {
    name: Type.Optional(Type.String({maxLength: 10 * MAX_NAME_LENGTH})),
    email: Type.Optional(Type.String({maxLength: 10 * MAX_EMAIL_LENGTH})),
    consents: Type.Optional(ConsentDecisions),
  },
  {additionalProperties: false, minProperties: 1},
);
export type RectifySession = Static<typeof RectifySession>;

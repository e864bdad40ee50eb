import {Type} from 'typebox';
import type {Static} from 'typebox';

import {Timestamp, Uuid} from './common.js';
import {EXAMPLE_ANSWERS, EXAMPLE_FILE, EXAMPLE_MESSAGE, EXAMPLE_TIME} from './examples.js';
import {MAX_EMAIL_LENGTH, MAX_NAME_LENGTH} from './limits.js';
import {MessageRole, MessageState} from './messages.js';
import {EXAMPLE_LEAD_FILE, LeadFile} from './owner-files.js';
import {EXAMPLE_LEAD, Lead, LeadStatus, Nullable} from './owner-leads.js';
import {SessionAnswer} from './session-answers.js';
import {Purpose} from './sessions.js';

export const LeadUuid = Type.Object({
  uuid: Type.String({...Uuid, description: 'UUID of the lead.'}),
});

export const LeadConsent = Type.Object(
  {
    purpose: Purpose,
    granted: Type.Boolean(),
    wording: Type.String({description: 'Text that the client recorded.'}),
    sha256: Type.String({description: 'SHA-256 of the wording in lower-case hexadecimal.'}),
    locale: Type.String(),
    recorded_at: Timestamp,
    known: Type.Unsafe<'yes' | 'no' | 'unchecked'>({
      type: 'string',
      enum: ['yes', 'no', 'unchecked'],
      description:
        '`yes`: the wording is a text of the site or of the widget. `no`: it is neither. `unchecked`: recorded before the server kept the wordings.',
    }),
  },
  {title: 'LeadConsent'},
);
export type LeadConsent = Static<typeof LeadConsent>;

const EXAMPLE_DETAIL = {
  ...EXAMPLE_LEAD,
  pending_email: null,
  delayed: false,
  first_opened_at: EXAMPLE_TIME,
  done_at: null,
  kept_until: null,
};

/** Lead with what only its page shows. */
export const LeadDetail = Type.Object(
  {
    ...Lead.properties,
    pending_email: Nullable(Type.String(), 'New e-mail address that waits for its confirmation.'),
    delayed: Type.Boolean({
      description: 'Whether the e-mail with the confirmation link waits for a limit.',
    }),
    first_opened_at: Nullable(Timestamp, 'Time when an account first opened the lead.'),
    done_at: Nullable(Timestamp),
    kept_until: Nullable(Timestamp, 'End of the retention time; null if there is none.'),
  },
  {title: 'LeadDetail', examples: [EXAMPLE_DETAIL]},
);
export type LeadDetail = Static<typeof LeadDetail>;

const EXAMPLE_CONSENT = {
  purpose: 'personal_data',
  granted: true,
  wording: 'May we store what you tell us, to handle your request?',
  sha256: EXAMPLE_FILE.sha256,
  locale: 'en',
  recorded_at: EXAMPLE_TIME,
  known: 'yes',
};

export const LeadPage = Type.Object(
  {
    lead: LeadDetail,
    consents: Type.Array(LeadConsent, {description: 'All decisions, oldest first.'}),
    files: Type.Array(LeadFile, {description: 'Stored files in the order of their uploads.'}),
    answers: Type.Array(SessionAnswer, {description: 'Answers to the questions of the site.'}),
  },
  {
    title: 'LeadPage',
    description: 'Everything about a lead except its messages and its trail.',
    examples: [
      {
        lead: EXAMPLE_DETAIL,
        consents: [EXAMPLE_CONSENT],
        files: [EXAMPLE_LEAD_FILE],
        answers: EXAMPLE_ANSWERS,
      },
    ],
  },
);
export type LeadPage = Static<typeof LeadPage>;

export const LeadConsents = Type.Object(
  {consents: Type.Array(LeadConsent, {description: 'All decisions, oldest first.'})},
  {
    title: 'LeadConsents',
    description: 'Proof that stays after an erasure. Empty if the visitor discarded the visit.',
    examples: [{consents: [EXAMPLE_CONSENT]}],
  },
);
export type LeadConsents = Static<typeof LeadConsents>;

export const LeadMessage = Type.Object(
  {
    id: Type.Integer(),
    role: MessageRole,
    body: Type.String({
      description: 'Plain text: display it, never interpret it as markup.',
    }),
    state: MessageState,
    created_at: Timestamp,
    files: Type.Array(LeadFile, {description: 'Files of the message, without deleted files.'}),
  },
  {title: 'LeadMessage'},
);
export type LeadMessage = Static<typeof LeadMessage>;

export const LeadMessages = Type.Object(
  {
    messages: Type.Array(LeadMessage),
    next: Type.Integer({description: 'Value of `after` for the next call.'}),
  },
  {
    title: 'LeadMessages',
    description: 'Oldest message first. A list that is shorter than requested is the last one.',
    examples: [
      {
        messages: [
          {
            id: EXAMPLE_MESSAGE.id,
            role: 'visitor',
            body: EXAMPLE_MESSAGE.body,
            state: 'complete',
            created_at: EXAMPLE_TIME,
            files: [EXAMPLE_LEAD_FILE],
          },
        ],
        next: EXAMPLE_MESSAGE.id,
      },
    ],
  },
);
export type LeadMessages = Static<typeof LeadMessages>;

/** The lengths are generous, so that `invalid_name` and `invalid_email` can report the problem. */
export const CorrectLead = Type.Object(
  {
    status: Type.Optional(LeadStatus),
    name: Type.Optional(Type.String({maxLength: 10 * MAX_NAME_LENGTH})),
    email: Type.Optional(Type.String({maxLength: 10 * MAX_EMAIL_LENGTH})),
  },
  {
    title: 'CorrectLead',
    additionalProperties: false,
    minProperties: 1,
    examples: [{status: 'done'}, {name: 'Anna Muster', email: 'anna@example.com'}],
  },
);
export type CorrectLead = Static<typeof CorrectLead>;

export const CorrectedLead = Type.Object(
  {
    lead: LeadDetail,
    link_stopped: Type.Boolean({
      description:
        'Whether a limit for e-mails to the new e-mail address has suppressed the confirmation link.',
    }),
  },
  {
    title: 'CorrectedLead',
    description: 'The lead after the change. A new e-mail address waits in `pending_email`.',
    examples: [{lead: EXAMPLE_DETAIL, link_stopped: false}],
  },
);
export type CorrectedLead = Static<typeof CorrectedLead>;

import {Type} from 'typebox';
import type {Static} from 'typebox';

import {Locale, SiteKey, Timestamp, Uuid} from './common.js';
import {EXAMPLE_TIME, EXAMPLE_UUID} from './examples.js';
import {MAX_EMAIL_LENGTH, MAX_NAME_LENGTH} from './limits.js';

/** Roles of an account at a site, from the lowest to the highest. Each includes those before it. */
export const ROLES = ['observer', 'agent', 'owner'] as const;
export type Role = (typeof ROLES)[number];

export const Role = Type.Unsafe<Role>({
  type: 'string',
  enum: [...ROLES],
  description:
    '`owner`: everything. `agent`: reads leads and files, marks leads, exports one lead. `observer`: the funnel only.',
});

/** Returns whether a role includes another one. */
export const includesRole = (role: Role, required: Role): boolean =>
  ROLES.indexOf(role) >= ROLES.indexOf(required);

/** Purpose of a link, as the console shows it. */
export const LINK_PURPOSES = ['invitation', 'sign_in', 'not_me'] as const;
export type LinkPurpose = (typeof LINK_PURPOSES)[number];

const LinkPurpose = Type.Unsafe<LinkPurpose>({type: 'string', enum: [...LINK_PURPOSES]});

const EmailMasked = Type.String({examples: ['a•••@example.com']});
const SiteName = Type.String({description: 'Name of the site.'});

/** The length is generous, so that `invalid_email` can report the problem. */
export const RequestLink = Type.Object(
  {
    email: Type.String({maxLength: 10 * MAX_EMAIL_LENGTH}),
    place: Type.Optional(
      Type.String({
        pattern: '^/console/[A-Za-z0-9/_-]*$',
        maxLength: 200,
        description: 'Path of the page that the console opens after the sign-in.',
      }),
    ),
  },
  {
    title: 'RequestLink',
    additionalProperties: false,
    examples: [{email: 'owner@example.com', place: '/console/demo/leads'}],
  },
);
export type RequestLink = Static<typeof RequestLink>;

/** Empty, so that it does not reveal whether there is an account. */
export const LinkRequested = Type.Object(
  {},
  {
    title: 'LinkRequested',
    additionalProperties: false,
    description: 'If there is an account with this e-mail address, the link will be sent.',
    examples: [{}],
  },
);

const EXAMPLE_LINK_TOKEN = `${EXAMPLE_UUID}.A7sD9fG2hJ4kL6zX8cV0bN1mQ3wE5rT7yU9iO2pA4sD`;

export const GivenLink = Type.Object(
  {token: Type.String({maxLength: 120, description: 'Part of the link after `#`.'})},
  {title: 'GivenLink', additionalProperties: false, examples: [{token: EXAMPLE_LINK_TOKEN}]},
);
export type GivenLink = Static<typeof GivenLink>;

export const OpenLink = Type.Object(
  {
    purpose: LinkPurpose,
    email_masked: EmailMasked,
    site: Type.Union([SiteName, Type.Null()], {description: 'Site of an invitation.'}),
    role: Type.Union([Role, Type.Null()], {description: 'Role at that site.'}),
    browser: Type.Union([Type.String(), Type.Null()], {
      description: 'Browser of the sign-in that a `not_me` link reports.',
    }),
    expires_at: Timestamp,
  },
  {
    title: 'OpenLink',
    description: 'A link that was not used yet, and its account.',
    examples: [
      {
        purpose: 'sign_in',
        email_masked: 'o•••@example.com',
        site: null,
        role: null,
        browser: null,
        expires_at: EXAMPLE_TIME,
      },
    ],
  },
);
export type OpenLink = Static<typeof OpenLink>;

export const SignOut = Type.Object(
  {everywhere: Type.Optional(Type.Boolean({description: 'Ends all sessions of the account.'}))},
  {title: 'SignOut', additionalProperties: false, examples: [{everywhere: true}]},
);
export type SignOut = Static<typeof SignOut>;

const AccountName = Type.Union([Type.String(), Type.Null()]);
const AccountLocale = Type.Union([Locale, Type.Null()], {
  description: 'Language of the console; null for the language of the browser.',
});

const EXAMPLE_ACCOUNT = {
  id: EXAMPLE_UUID,
  email: 'owner@example.com',
  name: 'Olga Owner',
  locale: null,
  sites: [{key: 'demo', name: 'Demo', role: 'owner'}],
};

/** Account of the caller. It can be at no site, after it was removed from all of them. */
export const Account = Type.Object(
  {
    id: Uuid,
    email: Type.String(),
    name: AccountName,
    locale: AccountLocale,
    sites: Type.Array(
      Type.Object({key: SiteKey, name: SiteName, role: Role}, {title: 'SiteOfAccount'}),
    ),
  },
  {
    title: 'Account',
    description: 'The account, with its sites and roles.',
    examples: [EXAMPLE_ACCOUNT],
  },
);
export type Account = Static<typeof Account>;

/** The length is generous, so that `invalid_name` can report the problem. */
export const ChangeAccount = Type.Object(
  {
    name: Type.Optional(Type.Union([Type.String({maxLength: 10 * MAX_NAME_LENGTH}), Type.Null()])),
    locale: Type.Optional(AccountLocale),
  },
  {
    title: 'ChangeAccount',
    additionalProperties: false,
    minProperties: 1,
    examples: [{name: 'Olga Owner', locale: 'de'}],
  },
);
export type ChangeAccount = Static<typeof ChangeAccount>;

export const AccountSession = Type.Object(
  {
    id: Uuid,
    browser: Type.Union([Type.String(), Type.Null()], {
      description: 'Browser and system; null if they are unknown.',
      examples: ['Firefox on Windows'],
    }),
    created_at: Timestamp,
    last_seen_at: Timestamp,
    is_current: Type.Boolean({description: 'True for the session of this call.'}),
  },
  {title: 'AccountSession'},
);
export type AccountSession = Static<typeof AccountSession>;

export const AccountSessions = Type.Object(
  {sessions: Type.Array(AccountSession)},
  {
    title: 'AccountSessions',
    description: 'Open sessions of the account, the latest first.',
    examples: [
      {
        sessions: [
          {
            id: EXAMPLE_UUID,
            browser: 'Firefox on Windows',
            created_at: EXAMPLE_TIME,
            last_seen_at: EXAMPLE_TIME,
            is_current: true,
          },
        ],
      },
    ],
  },
);
export type AccountSessions = Static<typeof AccountSessions>;

export const AccountSessionParams = Type.Object({
  id: Type.String({maxLength: 64, description: 'Id of the session.', examples: [EXAMPLE_UUID]}),
});

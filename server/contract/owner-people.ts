import {Type} from 'typebox';
import type {Static} from 'typebox';

import {Timestamp, Uuid} from './common.js';
import {EXAMPLE_TIME, EXAMPLE_UUID} from './examples.js';
import {MAX_EMAIL_LENGTH} from './limits.js';
import {SiteParams} from './owner-sites.js';
import {Role} from './owner.js';

/** Number of people of a site, with invitations. */
export const MAX_PEOPLE_PER_SITE = 100;
/** Number of invitations that the accounts of a site can send within a day. */
export const MAX_INVITATIONS_PER_DAY = 50;

/** Member of a site, or a person who has an open invitation. */
export const Person = Type.Object(
  {
    id: {...Uuid, description: 'Id of the account, for the URL.'},
    email: Type.String(),
    name: Type.Union([Type.String(), Type.Null()]),
    role: Role,
    status: Type.Union([Type.Literal('member'), Type.Literal('invited')], {
      description:
        '`invited`: the person has neither signed in since the role, nor acted at the site. Then the name is null.',
    }),
    is_you: Type.Boolean({description: 'Whether this is the account of the caller.'}),
    since: {...Timestamp, description: 'Time at which the person got the role.'},
    last_seen_at: Type.Union([Timestamp, Type.Null()]),
    invitation: Type.Union(
      [
        Type.Object({
          url: Type.Union([Type.String(), Type.Null()], {
            description:
              'Link to copy, for the first sign-in of the account. Null if the person has signed in before, or is at another site: only the e-mail contains the link then.',
          }),
          expires_at: Timestamp,
        }),
        Type.Null(),
      ],
      {description: 'Open invitation; null if there is none.'},
    ),
  },
  {title: 'Person'},
);
export type Person = Static<typeof Person>;

const EXAMPLE_PERSON = {
  id: EXAMPLE_UUID,
  email: 'anna@example.com',
  name: 'Anna Beispiel',
  role: 'agent',
  status: 'invited',
  is_you: false,
  since: EXAMPLE_TIME,
  last_seen_at: null,
  invitation: {
    url: 'https://chat.example.com/console/#link=q1Zt3xJkq0m2bXQh8cE5yV7w',
    expires_at: EXAMPLE_TIME,
  },
};

export const People = Type.Object(
  {
    people: Type.Array(Person, {
      maxItems: MAX_PEOPLE_PER_SITE,
      description: 'Members by name, then people who were invited.',
    }),
  },
  {title: 'People', examples: [{people: [EXAMPLE_PERSON]}]},
);
export type People = Static<typeof People>;

export const InvitePerson = Type.Object(
  {
    email: Type.String({minLength: 1, maxLength: MAX_EMAIL_LENGTH}),
    role: Role,
  },
  {
    title: 'InvitePerson',
    additionalProperties: false,
    examples: [{email: 'anna@example.com', role: 'agent'}],
  },
);
export type InvitePerson = Static<typeof InvitePerson>;

export const PersonParams = Type.Object({
  ...SiteParams.properties,
  account: Type.String({description: '`id` of the person.', examples: [EXAMPLE_UUID]}),
});

export const ChangePerson = Type.Object(
  {role: Role},
  {title: 'ChangePerson', additionalProperties: false, examples: [{role: 'observer'}]},
);
export type ChangePerson = Static<typeof ChangePerson>;

import {Type} from 'typebox';
import type {Static} from 'typebox';

import {SiteKey, Timestamp, Uuid} from './common.js';
import {AUDIT_EVENTS} from './event-names.js';
import type {AuditEvent} from './event-names.js';
import {EXAMPLE_TIME, EXAMPLE_UUID} from './examples.js';
import {MAX_EMAIL_LENGTH} from './limits.js';
import {Role} from './owner.js';
import {SiteConfig} from './sites.js';

/** Number of origins that the server remembers for a site. The oldest gives way to a new one. */
export const MAX_ORIGINS_PER_SITE = 100;
/** Interval in which an origin of a site is written at most once. */
export const ORIGIN_WRITE_MS = 60_000;
/** Number of people of a site, with invitations. */
export const MAX_PEOPLE_PER_SITE = 100;
/** Number of invitations that the accounts of a site can send within a day. */
export const MAX_INVITATIONS_PER_DAY = 50;
/** Number of days in one funnel, and in the period before it. */
export const MAX_FUNNEL_DAYS = 366;
export const DEFAULT_FUNNEL_DAYS = 30;
export const MAX_TRAIL_PAGE = 50;
/** Number of live streams and long polls of one account. */
export const MAX_STREAMS_PER_ACCOUNT = 10;

/** Parameters of a path. An invalid key gets the same response as the key of another site. */
export const SiteParams = Type.Object({
  key: Type.String({description: 'Key of a site of the account.', examples: ['acme']}),
});

const ListedSite = {
  key: SiteKey,
  name: Type.String(),
  role: Role,
};

export const OwnerSites = Type.Object(
  {
    sites: Type.Array(Type.Object(ListedSite), {
      description: 'Enabled sites of the account, by name.',
    }),
  },
  {
    title: 'OwnerSites',
    examples: [{sites: [{key: 'acme', name: 'Acme', role: 'owner'}]}],
  },
);
export type OwnerSites = Static<typeof OwnerSites>;

export const SeenOrigin = Type.Object(
  {
    origin: Type.String({description: 'Origin of a page that loaded the chat of this site.'}),
    first_at: Timestamp,
    last_at: {...Timestamp, description: 'Written at most once a minute.'},
    is_refused: Type.Boolean({
      description: 'Whether the last call from this origin was refused, because it is not allowed.',
    }),
  },
  {title: 'SeenOrigin'},
);
export type SeenOrigin = Static<typeof SeenOrigin>;

/** Lines of code for the pages of the site owner. Display them as text. */
export const Install = Type.Object(
  {
    script_tag: Type.String(),
    element: Type.String(),
    pinned: Type.Union([Type.String(), Type.Null()], {
      description: 'Script tag of one release, with its digest; null if the widget is not built.',
    }),
    tag_manager: Type.String({
      description: 'For tag managers that remove attributes with `data-`.',
    }),
    csp: Type.String({
      description: 'Sources that a Content Security Policy of the page has to allow.',
    }),
  },
  {title: 'Install'},
);
export type Install = Static<typeof Install>;

export const OwnerSite = Type.Object(
  {
    ...ListedSite,
    install: Install,
    allowed_origins: Type.Array(Type.String()),
    origins: Type.Array(SeenOrigin, {
      maxItems: MAX_ORIGINS_PER_SITE,
      description: 'Origins recently seen or refused, latest first.',
    }),
    config: Type.Unsafe<SiteConfig>({
      ...SiteConfig,
      description: 'Limits and texts, as visitors get them.',
    }),
    refuse_active_content: Type.Boolean({
      description: 'Whether PDFs with scripts, launch actions or embedded files are refused.',
    }),
    commands: Type.Object({
      show: Type.String({description: 'Writes the settings of the site into a file.'}),
      set: Type.String({description: 'Reads the changed settings from the file.'}),
      add_origin: Type.String({description: 'Allows an origin; replace `ORIGIN`.'}),
    }),
  },
  {
    title: 'OwnerSite',
    examples: [
      {
        ...{key: 'acme', name: 'Acme', role: 'owner'},
        install: {
          script_tag:
            '<script src="https://chat.example.com/maria-chat.js" data-site="acme" async></script>',
          element:
            '<script type="module" src="https://chat.example.com/widget/maria-chat.esm.js"></script>\n<maria-chat site="acme" api="https://chat.example.com"></maria-chat>',
          pinned: null,
          tag_manager:
            '<script src="https://chat.example.com/maria-chat.js?site=acme" async></script>',
          csp: 'script-src https://chat.example.com; connect-src https://chat.example.com',
        },
        allowed_origins: ['https://www.example.com'],
        origins: [
          {
            origin: 'https://www.example.com',
            first_at: EXAMPLE_TIME,
            last_at: EXAMPLE_TIME,
            is_refused: false,
          },
        ],
        config: {...(SiteConfig as {examples?: object[]}).examples?.[0], site: 'acme'},
        refuse_active_content: false,
        commands: {
          show: 'maria site show acme --json | jq .settings > acme.json',
          set: 'maria site set acme --settings acme.json',
          add_origin: 'maria site set acme --add-origin ORIGIN',
        },
      },
    ],
  },
);
export type OwnerSite = Static<typeof OwnerSite>;

const Day = Type.String({format: 'date', examples: ['2026-11-21']});

export const FunnelQuery = Type.Object({
  from: Type.Optional({
    ...Day,
    description: `First day, in UTC. Default: ${DEFAULT_FUNNEL_DAYS} days until \`to\`.`,
  }),
  to: Type.Optional({
    ...Day,
    description: `Last day, in UTC. Default: today. At most ${MAX_FUNNEL_DAYS} days from \`from\`.`,
  }),
});

const Count = Type.Integer({minimum: 0});

/** Bar of the funnel. */
export const FunnelStep = Type.Object(
  {
    counter: Type.String({
      description: 'Name of the bar, unique in the funnel: `opened`, `completed` or `step_{id}`.',
    }),
    step: Type.Union([Type.String(), Type.Null()], {
      description: 'Id of the step of the conversation; null for `opened` and `completed`.',
    }),
    type: Type.String({
      description:
        '`opened`, `completed`, the type of the step, or `deleted` for a step that the conversation no longer has.',
      examples: ['opened', 'ask', 'consent', 'upload', 'verify_email', 'completed', 'deleted'],
    }),
    reached: {...Count, description: 'Visitors who reached this step or a later one.'},
    left: Type.Union([Count, Type.Null()], {
      description:
        'Visitors who reached this step, and no later one. An upper limit if visitors can skip steps. Null for the last bar and for deleted steps.',
    }),
    left_share: Type.Union([Type.Number({minimum: 0, maximum: 1}), Type.Null()], {
      description: '`left` as a share of `reached`; null without visitors.',
    }),
  },
  {title: 'FunnelStep'},
);
export type FunnelStep = Static<typeof FunnelStep>;

const FunnelPeriod = {
  from: Day,
  to: Day,
  steps: Type.Array(FunnelStep, {description: 'Bars in the order of the conversation.'}),
  totals: Type.Record(Type.String(), Count, {
    description:
      'Other counters: `asked`, `started`, `uploaded`, `contact_given`, `abandoned`. Absent: 0.',
  }),
};

const EXAMPLE_STEPS = [
  {counter: 'opened', step: null, type: 'opened', reached: 240, left: 96, left_share: 0.4},
  {counter: 'step_name', step: 'name', type: 'ask', reached: 144, left: 36, left_share: 0.25},
  {
    counter: 'completed',
    step: null,
    type: 'completed',
    reached: 108,
    left: null,
    left_share: null,
  },
];

export const Funnel = Type.Object(
  {
    ...FunnelPeriod,
    before: Type.Object(FunnelPeriod, {description: 'As many days before `from`.'}),
    days: Type.Array(
      Type.Object({
        day: Day,
        counts: Type.Record(Type.String(), Count, {
          description:
            'Visitors who reached the bar on this day, by `counter`. Absent: 0. A visitor who continues on the next day counts there.',
        }),
      }),
      {maxItems: MAX_FUNNEL_DAYS, description: 'Every day from `from` to `to`.'},
    ),
  },
  {
    title: 'Funnel',
    examples: [
      {
        ...{from: '2026-11-21', to: '2026-11-21', steps: EXAMPLE_STEPS},
        totals: {started: 144, uploaded: 120, contact_given: 110, abandoned: 30},
        before: {from: '2026-11-20', to: '2026-11-20', steps: EXAMPLE_STEPS, totals: {}},
        days: [{day: '2026-11-21', counts: {opened: 240, step_name: 144, completed: 108}}],
      },
    ],
  },
);
export type Funnel = Static<typeof Funnel>;

/** Cursor of a page. Clients send it back as it is. */
const TrailCursor = Type.String({pattern: '^\\d{1,18}$', examples: ['184467']});

export const TrailQuery = Type.Object({
  type: Type.Optional(
    Type.Unsafe<AuditEvent>({
      type: 'string',
      enum: [...AUDIT_EVENTS],
      description: 'Only rows of this event.',
    }),
  ),
  account: Type.Optional({...Uuid, description: 'Only rows of this account.'}),
  after: Type.Optional({...TrailCursor, description: '`next` of the page before.'}),
  limit: Type.Optional(
    Type.String({
      pattern: '^\\d{1,4}$',
      description: `Maximum number of rows. More than ${MAX_TRAIL_PAGE} are never returned.`,
      examples: ['20'],
    }),
  ),
});

export const TrailRow = Type.Object(
  {
    id: Type.String({description: 'Id of the row, which falls from row to row.'}),
    at: Timestamp,
    event_type: Type.String({examples: ['lead_viewed']}),
    account: Type.Union(
      [
        Type.Object({
          id: Uuid,
          name: Type.Union([Type.String(), Type.Null()], {
            description: 'Name of the account; null if it has none.',
          }),
        }),
        Type.Null(),
      ],
      {description: 'Account that acted; null for a command of the operator.'},
    ),
    lead: Type.Union([Uuid, Type.Null()], {description: 'Lead that was acted on.'}),
    metadata: Type.Object(
      {},
      {additionalProperties: true, description: 'Counts and kinds. No personal data.'},
    ),
  },
  {title: 'TrailRow'},
);
export type TrailRow = Static<typeof TrailRow>;

export const TrailPage = Type.Object(
  {
    rows: Type.Array(TrailRow, {maxItems: MAX_TRAIL_PAGE, description: 'Latest first.'}),
    next: Type.Union([TrailCursor, Type.Null()], {
      description: 'Value of `after` for the next page; null on the last page.',
    }),
  },
  {
    title: 'TrailPage',
    examples: [
      {
        rows: [
          {
            id: '184468',
            at: EXAMPLE_TIME,
            event_type: 'lead_viewed',
            account: {id: EXAMPLE_UUID, name: 'Anna Beispiel'},
            lead: EXAMPLE_UUID,
            metadata: {by: 'account', account: EXAMPLE_UUID},
          },
        ],
        next: null,
      },
    ],
  },
);
export type TrailPage = Static<typeof TrailPage>;

/** Member of a site, or a person who has an open invitation. */
export const Person = Type.Object(
  {
    id: {...Uuid, description: 'Id of the account, for the URL.'},
    email: Type.String(),
    name: Type.Union([Type.String(), Type.Null()]),
    role: Role,
    status: Type.Union([Type.Literal('member'), Type.Literal('invited')], {
      description: '`invited`: the person has not signed in since the role. Then the name is null.',
    }),
    is_you: Type.Boolean({description: 'Whether this is the account of the caller.'}),
    since: {...Timestamp, description: 'Time at which the person got the role.'},
    last_seen_at: Type.Union([Timestamp, Type.Null()]),
    invitation: Type.Union(
      [
        Type.Object({
          url: Type.Union([Type.String(), Type.Null()], {
            description:
              'Link to copy. Null if the person has signed in before, or is at another site: only the e-mail contains the link then.',
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

/** Data of each live event of the console, by its type. */
export interface OwnerEventData {
  /** The lead has changed or is new. Load it, and the list, again. */
  lead_changed: {uuid: string; site: string};
  /** The session has ended. The last event. */
  signed_out: Record<string, never>;
}

export type OwnerEvent = {
  [Name in keyof OwnerEventData]: {
    seq: null;
    type: Name;
    data: OwnerEventData[Name];
    at: string;
  };
}[keyof OwnerEventData];

const EXAMPLE_OWNER_EVENT = {
  seq: null,
  type: 'lead_changed',
  data: {uuid: EXAMPLE_UUID, site: 'acme'},
  at: EXAMPLE_TIME,
};

export const OwnerEventSchema = Type.Unsafe<OwnerEvent>(
  Type.Object(
    {
      seq: Type.Null({description: 'Events of the console are not stored and have no number.'}),
      type: Type.String({
        enum: ['lead_changed', 'signed_out'],
        description: 'Ignore types that you do not know.',
      }),
      data: Type.Object({}, {additionalProperties: true}),
      at: Timestamp,
    },
    {title: 'ConsoleEvent', examples: [EXAMPLE_OWNER_EVENT]},
  ),
);

/**
 * Response of a long poll. Events are hints and are not stored: connect first, then load what is
 * shown, and do both again after each response or lost stream.
 */
export const OwnerEventPage = Type.Object(
  {events: Type.Array(OwnerEventSchema)},
  {
    title: 'ConsoleEventPage',
    description: 'The first events, or none within 25 s.',
    examples: [{events: [EXAMPLE_OWNER_EVENT]}, {events: []}],
  },
);
export type OwnerEventPage = Static<typeof OwnerEventPage>;

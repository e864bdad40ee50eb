import {Type} from 'typebox';
import type {Static} from 'typebox';

import {Locale, SiteKey, Timestamp, Uuid} from './common.js';
import {EXAMPLE_MESSAGE, EXAMPLE_TIME, EXAMPLE_UUID} from './examples.js';
import {MessageRole} from './messages.js';
import {
  MAX_BULK_LEADS,
  MAX_LEAD_PAGE,
  MAX_LEAD_SEARCH_LENGTH,
  MIN_LEAD_SEARCH_LENGTH,
} from './owner-limits.js';
import {SessionState} from './sessions.js';

/** Views of the list. A lead is in `all` and in one other view. */
export const LEAD_VIEWS = ['open', 'unconfirmed', 'done', 'all'] as const;

export const LeadView = Type.Unsafe<(typeof LEAD_VIEWS)[number]>({
  type: 'string',
  enum: [...LEAD_VIEWS],
  description:
    '`unconfirmed`: the e-mail address waits for its confirmation. `done`: marked as done. `open`: all others. `all`: all leads.',
});
export type LeadView = Static<typeof LeadView>;

export const LeadStatus = Type.Union([Type.Literal('open'), Type.Literal('done')], {
  description: 'A later message or file of the visitor makes a lead that is done open again.',
});
export type LeadStatus = Static<typeof LeadStatus>;

export const Nullable = <T extends ReturnType<typeof Type.String>>(
  schema: T,
  description?: string,
) => Type.Union([schema, Type.Null()], {...(description && {description})});

const FILTERS = {
  site: Type.Optional({
    ...SiteKey,
    description: 'Key of a site. Absent: all sites whose leads the account can read.',
  }),
  view: Type.Optional({...LeadView, description: 'View of the list (default: `open`).'}),
  from: Type.Optional({...Timestamp, description: 'First time of the last activity.'}),
  to: Type.Optional({...Timestamp, description: 'Time before which the last activity is.'}),
  locale: Type.Optional({
    ...Locale,
    description: 'Language of the visitor. `de` includes `de-AT`.',
  }),
};

const SearchText = Type.String({
  minLength: MIN_LEAD_SEARCH_LENGTH,
  maxLength: MAX_LEAD_SEARCH_LENGTH,
  description:
    'Part of a name, e-mail address or file name, or the first eight characters of a UUID. Two characters match only the beginning of a word.',
  examples: ['anna'],
});

/** Place in the list after which the next page begins. */
const LeadCursor = Type.String({
  pattern: '^\\d{1,15}\\.[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$',
  description: 'Value of `next` of the page before.',
  examples: [`1795426200000.${EXAMPLE_UUID}`],
});

/** Query values are strings. */
export const LeadQuery = Type.Object({
  ...FILTERS,
  files: Type.Optional(
    Type.Unsafe<'true' | 'false'>({
      type: 'string',
      enum: ['true', 'false'],
      description: 'Whether the leads have stored files.',
    }),
  ),
  after: Type.Optional(LeadCursor),
  limit: Type.Optional(
    Type.String({
      pattern: '^([1-9]|[1-4]\\d|50)$',
      description: `Maximum number of leads, from 1 to ${MAX_LEAD_PAGE} (default).`,
      examples: ['50'],
    }),
  ),
});
export type LeadQuery = Static<typeof LeadQuery>;

/** Filter in a body: what the list shows, without its pages. */
export const LeadFilter = Type.Object(
  {
    ...FILTERS,
    files: Type.Optional(Type.Boolean({description: 'Whether the leads have stored files.'})),
    q: Type.Optional(SearchText),
  },
  {title: 'LeadFilter', additionalProperties: false},
);
export type LeadFilter = Static<typeof LeadFilter>;

export const SearchLeads = Type.Object(
  {
    ...LeadFilter.properties,
    q: SearchText,
    after: Type.Optional(LeadCursor),
    limit: Type.Optional(Type.Integer({minimum: 1, maximum: MAX_LEAD_PAGE})),
  },
  {
    title: 'SearchLeads',
    additionalProperties: false,
    examples: [{q: 'anna', view: 'all'}],
  },
);
export type SearchLeads = Static<typeof SearchLeads>;

export const EXAMPLE_LEAD = {
  uuid: EXAMPLE_UUID,
  site: 'demo',
  state: 'complete',
  status: 'open',
  name: 'Anna Beispiel',
  email: 'anna@example.com',
  locale: 'en',
  training: false,
  files: 1,
  messages: 3,
  last_message: {role: 'visitor', body: EXAMPLE_MESSAGE.body, created_at: EXAMPLE_TIME},
  is_new: true,
  created_at: EXAMPLE_TIME,
  completed_at: EXAMPLE_TIME,
  last_activity_at: EXAMPLE_TIME,
};

export const Lead = Type.Object(
  {
    uuid: Uuid,
    site: SiteKey,
    state: SessionState,
    status: LeadStatus,
    name: Nullable(Type.String(), 'Null until an e-mail address is submitted.'),
    email: Nullable(
      Type.String(),
      'Null until it is submitted. Confirmed if `state` is `complete`.',
    ),
    locale: Nullable(Type.String(), 'Language of the visitor.'),
    training: Type.Boolean({description: 'Whether the files may be used for training.'}),
    files: Type.Integer({description: 'Number of stored files.'}),
    messages: Type.Integer({description: 'Number of messages of all roles.'}),
    last_message: Type.Union(
      [
        Type.Object({
          role: MessageRole,
          body: Type.String({description: 'The first 120 characters.'}),
          created_at: Timestamp,
        }),
        Type.Null(),
      ],
      {description: 'The last message of the visitor or of a person of the site.'},
    ),
    is_new: Type.Boolean({description: 'Whether no account has opened the lead yet.'}),
    created_at: Type.String({...Timestamp, description: 'Start of the visit.'}),
    completed_at: Nullable(Timestamp, 'Time when the e-mail address was confirmed.'),
    last_activity_at: Type.String({
      ...Timestamp,
      description: 'Time of the contact, or of the last message or file of the visitor.',
    }),
  },
  {title: 'Lead', examples: [EXAMPLE_LEAD]},
);
export type Lead = Static<typeof Lead>;

const ViewCount = Type.Object({
  count: Type.Integer({description: 'Number of leads, at most 1,000.'}),
  more: Type.Boolean({description: 'Whether there are more than `count`.'}),
});

const EXAMPLE_COUNT = {count: 1, more: false};

export const LeadList = Type.Object(
  {
    leads: Type.Array(Lead, {maxItems: MAX_LEAD_PAGE}),
    next: Nullable(Type.String(), 'Value of `after` for the next page; null on the last page.'),
    counts: Type.Object(
      {open: ViewCount, unconfirmed: ViewCount, done: ViewCount, all: ViewCount},
      {description: 'Number of leads per view with the same filters and the same search.'},
    ),
  },
  {
    title: 'LeadList',
    description: 'Newest activity first. Between two pages, a lead with new activity moves up.',
    examples: [
      {
        leads: [EXAMPLE_LEAD],
        next: null,
        counts: {
          open: EXAMPLE_COUNT,
          unconfirmed: {count: 0, more: false},
          done: {count: 1_000, more: true},
          all: {count: 1_000, more: true},
        },
      },
    ],
  },
);
export type LeadList = Static<typeof LeadList>;

/** Leads of a request: chosen ones, or all that a filter selects. */
export const LEAD_CHOICE = {
  uuids: Type.Optional(
    Type.Array(Uuid, {
      minItems: 1,
      maxItems: MAX_BULK_LEADS,
      uniqueItems: true,
      description: 'UUIDs of leads. Expected without `filter`.',
    }),
  ),
  filter: Type.Optional(LeadFilter),
};

export const BulkLeads = Type.Object(
  {
    action: Type.Union([Type.Literal('done'), Type.Literal('open'), Type.Literal('erase')]),
    ...LEAD_CHOICE,
    expect: Type.Integer({
      minimum: 1,
      maximum: MAX_BULK_LEADS,
      description: 'Number of leads that the user saw. If it differs, nothing is changed.',
    }),
  },
  {
    title: 'BulkLeads',
    description: 'Either `uuids` or `filter`.',
    additionalProperties: false,
    examples: [
      {action: 'done', uuids: [EXAMPLE_UUID], expect: 1},
      {action: 'erase', filter: {site: 'demo', view: 'unconfirmed'}, expect: 12},
    ],
  },
);
export type BulkLeads = Static<typeof BulkLeads>;
export type LeadChoice = Pick<BulkLeads, 'uuids' | 'filter'>;

export const BulkResult = Type.Object(
  {
    changed: Type.Integer({
      description:
        'Number of leads that have changed. An erasure that fails for some leads is not counted; erase these again.',
    }),
  },
  {title: 'BulkResult', examples: [{changed: 12}]},
);
export type BulkResult = Static<typeof BulkResult>;

import {Type} from 'typebox';
import type {Static} from 'typebox';

import {Timestamp, Uuid} from './common.js';
import {AUDIT_EVENTS} from './event-names.js';
import type {AuditEvent} from './event-names.js';
import {EXAMPLE_TIME, EXAMPLE_UUID} from './examples.js';

export const MAX_TRAIL_PAGE = 50;

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

/** File of an audit row. */
export const TrailFile = Type.Union(
  [
    Type.Object({
      id: Uuid,
      name: Type.Union([Type.String(), Type.Null()], {description: 'Null if it was deleted.'}),
    }),
    Type.Null(),
  ],
  {description: 'File that the row is about.'},
);

const TrailEmail = Type.Union([Type.String(), Type.Null()], {
  description: 'Null if the account was removed.',
});

/** Account of an audit row. */
export const TrailAccount = Type.Object({
  id: Uuid,
  name: Type.Union([Type.String(), Type.Null()], {
    description: 'Null if the account has no name.',
  }),
  email: TrailEmail,
});

export const TrailRow = Type.Object(
  {
    id: Type.String({description: 'Id of the row, which falls from row to row.'}),
    at: Timestamp,
    event_type: Type.String({examples: ['lead_viewed']}),
    account: Type.Union([TrailAccount, Type.Null()], {
      description: 'Account that acted; null for a command of the operator.',
    }),
    person: Type.Union([Type.Object({id: Uuid, email: TrailEmail}), Type.Null()], {
      description: 'Person who was invited, or whose role was changed.',
    }),
    lead: Type.Union([Uuid, Type.Null()], {description: 'Lead that was acted on.'}),
    file: TrailFile,
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
            account: {id: EXAMPLE_UUID, name: 'Anna Beispiel', email: 'anna@example.com'},
            person: null,
            lead: EXAMPLE_UUID,
            file: null,
            metadata: {by: 'account', account: EXAMPLE_UUID},
          },
        ],
        next: null,
      },
    ],
  },
);
export type TrailPage = Static<typeof TrailPage>;

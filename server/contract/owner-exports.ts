import {Type} from 'typebox';
import type {Static} from 'typebox';

import {Timestamp, Uuid} from './common.js';
import {EXAMPLE_TIME, EXAMPLE_UUID} from './examples.js';
import {Cursor} from './messages.js';
import {LEAD_CHOICE} from './owner-leads.js';
import {EXPORT_SECONDS} from './owner-limits.js';

export const EXPORT_FORMATS = ['csv', 'jsonl', 'zip'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

export const CreateExport = Type.Object(
  {
    ...LEAD_CHOICE,
    format: Type.Unsafe<ExportFormat>({
      type: 'string',
      enum: [...EXPORT_FORMATS],
      description:
        '`csv` and `jsonl`: a line for each lead, with the answers to the questions of the site. `zip`: everything, with the files.',
    }),
  },
  {
    title: 'CreateExport',
    description: 'Either `uuids` or `filter`.',
    additionalProperties: false,
    examples: [
      {filter: {site: 'demo', view: 'all'}, format: 'csv'},
      {uuids: [EXAMPLE_UUID], format: 'zip'},
    ],
  },
);
export type CreateExport = Static<typeof CreateExport>;

const EXAMPLE_EXPORT_ID = '0d9bb6a1-53c5-4f56-8a3b-0d6dd4d4a5b7';

export const CreatedExport = Type.Object(
  {
    url: Type.String({
      description: 'Path on this server, which returns the export once to the same account.',
    }),
    expires_at: Timestamp,
  },
  {
    title: 'CreatedExport',
    description: `The export begins when the URL is requested, within ${EXPORT_SECONDS} seconds.`,
    examples: [{url: `/api/owner/exports/${EXAMPLE_EXPORT_ID}`, expires_at: EXAMPLE_TIME}],
  },
);
export type CreatedExport = Static<typeof CreatedExport>;

export const ExportId = Type.Object({
  export_id: Type.String({
    ...Uuid,
    description: 'Id of the export.',
    examples: [EXAMPLE_EXPORT_ID],
  }),
});

export const TrailQuery = Type.Object({
  after: Type.Optional({...Cursor, description: 'Value of `next` of the page before.'}),
});

export const TrailRow = Type.Object(
  {
    id: Type.Integer(),
    at: Timestamp,
    type: Type.String({description: 'Audit event, such as `lead_viewed` or `file_upload`.'}),
    by: Type.Unsafe<'visitor' | 'account' | 'operator' | 'server'>({
      type: 'string',
      enum: ['visitor', 'account', 'operator', 'server'],
      description: '`operator`: a command on the server. `server`: cleanup or retention.',
    }),
    account: Type.Union(
      [
        Type.Object({
          id: Uuid,
          name: Type.Union([Type.String(), Type.Null()], {
            description: 'Null if the account no longer exists, or has no name.',
          }),
        }),
        Type.Null(),
      ],
      {description: 'Account that acted. Only owners of the site see it.'},
    ),
    metadata: Type.Record(Type.String(), Type.Unknown(), {
      description: 'Further values, which depend on the type. They contain no personal data.',
    }),
  },
  {title: 'LeadTrailRow'},
);
export type TrailRow = Static<typeof TrailRow>;

export const Trail = Type.Object(
  {
    rows: Type.Array(TrailRow),
    next: Type.Union([Type.Integer(), Type.Null()], {
      description: 'Value of `after` for the next page; null on the last page.',
    }),
  },
  {
    title: 'LeadTrail',
    description: 'Oldest row first.',
    examples: [
      {
        rows: [
          {
            id: 4_711,
            at: EXAMPLE_TIME,
            type: 'lead_viewed',
            by: 'account',
            account: {id: EXAMPLE_UUID, name: 'Ben'},
            metadata: {},
          },
        ],
        next: null,
      },
    ],
  },
);
export type Trail = Static<typeof Trail>;

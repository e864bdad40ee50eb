import {Type} from 'typebox';
import type {Static} from 'typebox';

import {Timestamp} from './common.js';
import type {AuditEvent} from './event-names.js';
import {EXAMPLE_TIME, EXAMPLE_UUID} from './examples.js';
import {Cursor} from './messages.js';
import {TrailAccount, TrailFile} from './owner-trail.js';

export const LeadTrailQuery = Type.Object({
  after: Type.Optional({...Cursor, description: 'Value of `next` of the page before.'}),
});

export const LeadTrailRow = Type.Object(
  {
    id: Type.Integer(),
    at: Timestamp,
    type: Type.Unsafe<AuditEvent>({
      type: 'string',
      description: 'Audit event, such as `lead_viewed` or `file_upload`.',
    }),
    by: Type.Unsafe<'visitor' | 'account' | 'operator' | 'server'>({
      type: 'string',
      enum: ['visitor', 'account', 'operator', 'server'],
      description: '`operator`: a command on the server. `server`: cleanup or retention.',
    }),
    account: Type.Union([TrailAccount, Type.Null()], {
      description: 'Account that acted, if it still exists. Only owners of the site see it.',
    }),
    file: TrailFile,
    metadata: Type.Record(Type.String(), Type.Unknown(), {
      description: 'Further values, which depend on the type. They contain no personal data.',
    }),
  },
  {title: 'LeadTrailRow'},
);
export type LeadTrailRow = Static<typeof LeadTrailRow>;

export const LeadTrail = Type.Object(
  {
    rows: Type.Array(LeadTrailRow),
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
            account: {id: EXAMPLE_UUID, name: 'Ben', email: 'ben@example.com'},
            file: null,
            metadata: {},
          },
        ],
        next: null,
      },
    ],
  },
);
export type LeadTrail = Static<typeof LeadTrail>;

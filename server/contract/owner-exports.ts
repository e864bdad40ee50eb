import {Type} from 'typebox';
import type {Static} from 'typebox';

import {Timestamp, Uuid} from './common.js';
import {EXAMPLE_TIME, EXAMPLE_UUID} from './examples.js';
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

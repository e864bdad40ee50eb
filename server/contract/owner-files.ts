import {Type} from 'typebox';
import type {Static} from 'typebox';

import {Timestamp, Uuid} from './common.js';
import {EXAMPLE_FILE} from './examples.js';

/** Stored file of a lead, with what the upload check found in it. */
export const LeadFile = Type.Object(
  {
    id: Uuid,
    name: Type.String({description: 'The visitor’s file name, made safe to display.'}),
    size: Type.Integer({description: 'Size in bytes.'}),
    content_type: Type.Literal('application/pdf'),
    sha256: Type.String({description: 'SHA-256 in lower-case hexadecimal.'}),
    flags: Type.Array(Type.String(), {
      description:
        'Found by the upload check: `javascript`, `launch_action`, `embedded_file`, `encrypted`.',
    }),
    uploaded_at: Timestamp,
    message_id: Type.Union([Type.Integer(), Type.Null()], {
      description: 'Message that contains the file; null if none does.',
    }),
    downloads: Type.Integer({description: 'Number of download links, of the visitor too.'}),
    url: Type.String({description: 'Path on this server, which returns a short-lived link.'}),
  },
  {title: 'LeadFile'},
);
export type LeadFile = Static<typeof LeadFile>;

export const EXAMPLE_LEAD_FILE = {
  ...EXAMPLE_FILE,
  flags: [],
  message_id: null,
  downloads: 0,
  url: `/api/owner/files/${EXAMPLE_FILE.id}`,
};

export const LeadFileId = Type.Object({
  file_id: Type.String({
    ...Uuid,
    description: 'Id of the file, from the response of the lead.',
    examples: [EXAMPLE_FILE.id],
  }),
});

export const FILE_TEXT_REASONS = ['scan', 'password', 'too_slow', 'broken', 'fonts'] as const;

export const FileText = Type.Object(
  {
    page_count: Type.Integer({description: 'Number of pages of the file; 0 if it is unknown.'}),
    pages: Type.Array(Type.String(), {
      description:
        'Plain text of each page that was read. Display it, never interpret it as markup.',
    }),
    truncated: Type.Boolean({description: 'Whether the file has more text.'}),
    reason: Type.Optional(
      Type.Unsafe<(typeof FILE_TEXT_REASONS)[number]>({
        type: 'string',
        enum: [...FILE_TEXT_REASONS],
        description:
          'Why text is missing. `scan`: the pages have no text. `password`: the file has a password. `too_slow`: it needs too much time or memory. `broken`: it is not readable. `fonts`: some fonts need character maps that are missing.',
      }),
    ),
  },
  {
    title: 'FileText',
    examples: [
      {page_count: 2, pages: ['Report', 'Second page'], truncated: false},
      {page_count: 1, pages: [''], truncated: false, reason: 'scan'},
    ],
  },
);
export type FileText = Static<typeof FileText>;

import {Type} from 'typebox';
import type {Static} from 'typebox';

import {Timestamp, Uuid} from './common.js';
import {EXAMPLE_DOWNLOAD, EXAMPLE_FILE} from './examples.js';
import {PDF_CONTENT_TYPE} from './limits.js';

export const FileId = Type.Object({
  file_id: Type.String({
    ...Uuid,
    description: 'As the upload and the list of files name it.',
    examples: [EXAMPLE_FILE.id],
  }),
});

export const StoredFile = Type.Object(
  {
    id: Uuid,
    name: Type.String({description: 'The visitor’s own name for it, made safe to show.'}),
    size: Type.Integer({description: 'Bytes.'}),
    content_type: Type.Literal('application/pdf'),
    sha256: Type.String({description: 'Lower-case hexadecimal.'}),
    uploaded_at: Timestamp,
    url: Type.String({description: 'Our own path; it answers a short-lived link.'}),
  },
  {title: 'StoredFile', examples: [EXAMPLE_FILE]},
);
export type StoredFile = Static<typeof StoredFile>;

/** Describes the multipart body, which is read as it comes and not by a schema. */
export const UploadForm = Type.Object(
  {
    size: Type.Optional(
      Type.Integer({
        minimum: 1,
        description:
          'Bytes of the file. Before it, so that it can be streamed through; left out, the file is spooled first.',
      }),
    ),
    file: Type.String({
      format: 'binary',
      contentMediaType: PDF_CONTENT_TYPE,
      description: 'One PDF, with its file name.',
    }),
  },
  {title: 'UploadForm', examples: [{size: EXAMPLE_FILE.size, file: '%PDF-1.7 …'}]},
);

export const UploadAnswer = Type.Object(
  {file: StoredFile},
  {
    title: 'UploadAnswer',
    description: 'What was stored.',
    examples: [{file: EXAMPLE_FILE}],
  },
);
export type UploadAnswer = Static<typeof UploadAnswer>;

export const UploadInProgress = Type.Object(
  {idempotency_key: Type.String({description: 'The key that the upload was sent with.'})},
  {title: 'UploadInProgress', examples: [{idempotency_key: 'c0f1e2d3-upload-1'}]},
);

export const FileList = Type.Object(
  {
    files: Type.Array(StoredFile),
    uploading: Type.Optional(
      Type.Array(UploadInProgress, {
        description:
          'Uploads whose key is still in use, if there are any: sending one of them again now would get 409 `in_progress`.',
      }),
    ),
  },
  {
    title: 'FileList',
    description: 'The stored files in the order of their uploads, without deleted ones.',
    examples: [
      {files: [EXAMPLE_FILE]},
      {files: [], uploading: [{idempotency_key: 'c0f1e2d3-upload-1'}]},
    ],
  },
);
export type FileList = Static<typeof FileList>;

export const DownloadLink = Type.Object(
  {
    url: Type.String({
      description: 'Straight to the store; answers the file as an attachment. Needs no headers.',
    }),
    expires_at: Timestamp,
  },
  {
    title: 'DownloadLink',
    description: 'A link for this one file, for a minute unless the operator has set it otherwise.',
    examples: [EXAMPLE_DOWNLOAD],
  },
);
export type DownloadLink = Static<typeof DownloadLink>;

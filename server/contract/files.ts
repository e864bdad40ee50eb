import {Type} from 'typebox';
import type {Static} from 'typebox';

import {Timestamp, Uuid} from './common.js';
import {EXAMPLE_DOWNLOAD, EXAMPLE_FILE} from './examples.js';
import {PDF_CONTENT_TYPE} from './limits.js';

export const FileId = Type.Object({
  file_id: Type.String({
    ...Uuid,
    description: 'Id of the file, from the response of its upload or from the list of files.',
    examples: [EXAMPLE_FILE.id],
  }),
});

export const StoredFile = Type.Object(
  {
    id: Uuid,
    name: Type.String({description: 'The visitor’s file name, made safe to display.'}),
    size: Type.Integer({description: 'Size in bytes.'}),
    content_type: Type.Literal('application/pdf'),
    sha256: Type.String({description: 'SHA-256 in lower-case hexadecimal.'}),
    uploaded_at: Timestamp,
    url: Type.String({description: 'Path on this server, which returns a short-lived link.'}),
  },
  {title: 'StoredFile', examples: [EXAMPLE_FILE]},
);
export type StoredFile = Static<typeof StoredFile>;

/** Multipart body, only for the OpenAPI document: the server parses it as a stream. */
export const UploadForm = Type.Object(
  {
    size: Type.Optional(
      Type.Integer({
        minimum: 1,
        description:
          'Size of the file in bytes. Send it before the file, so that the file can be streamed. Without it, the file is spooled first.',
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

export const UploadResponse = Type.Object(
  {file: StoredFile},
  {
    title: 'UploadAnswer',
    description: 'The stored file.',
    examples: [{file: EXAMPLE_FILE}],
  },
);
export type UploadResponse = Static<typeof UploadResponse>;

export const UploadInProgress = Type.Object(
  {idempotency_key: Type.String({description: '`Idempotency-Key` of the upload.'})},
  {title: 'UploadInProgress', examples: [{idempotency_key: 'c0f1e2d3-upload-1'}]},
);

export const FileList = Type.Object(
  {
    files: Type.Array(StoredFile),
    uploading: Type.Optional(
      Type.Array(UploadInProgress, {
        description:
          'Uploads whose key is still in use; absent if there are none. Sending one of them again now returns 409 `in_progress`.',
      }),
    ),
  },
  {
    title: 'FileList',
    description: 'The stored files in the order of their uploads, without deleted files.',
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
      description:
        'URL of the file in the object store, which serves it as an attachment. Needs no headers.',
    }),
    expires_at: Timestamp,
  },
  {
    title: 'DownloadLink',
    description:
      'A link to this file only. It is valid for a minute unless the operator has set another time.',
    examples: [EXAMPLE_DOWNLOAD],
  },
);
export type DownloadLink = Static<typeof DownloadLink>;

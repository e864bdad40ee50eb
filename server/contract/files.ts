import {Type} from 'typebox';
import type {Static} from 'typebox';

import {Timestamp, Uuid} from './common.js';

export const StoredFile = Type.Object({
  id: Uuid,
  name: Type.String({description: 'The visitor’s own name for it, made safe to show.'}),
  size: Type.Integer({description: 'Bytes.'}),
  content_type: Type.Literal('application/pdf'),
  sha256: Type.String({description: 'Lower-case hexadecimal.'}),
  uploaded_at: Timestamp,
  url: Type.String({description: 'Our own path; it answers a short-lived link.'}),
});
export type StoredFile = Static<typeof StoredFile>;

export const UploadAnswer = Type.Object({file: StoredFile});
export type UploadAnswer = Static<typeof UploadAnswer>;

export const FileList = Type.Object({files: Type.Array(StoredFile)});
export type FileList = Static<typeof FileList>;

export const DownloadLink = Type.Object({url: Type.String(), expires_at: Timestamp});
export type DownloadLink = Static<typeof DownloadLink>;

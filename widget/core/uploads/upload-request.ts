import type {StoredFile, UploadResponse} from '../../../server/contract/files.js';

import {errorOf} from '../transport/api-client.js';
import type {ApiClient} from '../transport/api-client.js';
import {parse} from '../transport/json.js';
import {FileUnreadable} from './file-row.js';

const PATH = '/api/files/upload';

export interface UploadOptions {
  idempotencyKey: string;
  signal: AbortSignal;
  onProgress: (sentBytes: number) => void;
}

export interface UploadRequest {
  url: string;
  headers: Record<string, string>;
  body: FormData;
  signal: AbortSignal;
  onProgress: (sentBytes: number) => void;
}

export interface UploadResult {
  status: number;
  text: string;
  retryAfter: string | null;
}

/** Sends the bytes. Rejects if the connection fails. */
export type SendUpload = (request: UploadRequest) => Promise<UploadResult>;

/** Uploads a file. @throws {ClientError | FileUnreadable} */
export const uploadFile = async (
  client: Readonly<ApiClient>,
  sendUpload: SendUpload,
  file: File,
  {idempotencyKey, signal, onProgress}: UploadOptions,
): Promise<StoredFile> => {
  const body = uploadForm(await copyInMemory(file));
  const stored = await client.send('POST', PATH, async (credentials) => {
    const headers = {...credentials, 'Idempotency-Key': idempotencyKey};
    const request = {url: client.api + PATH, headers, body, signal, onProgress};
    const {status, text, retryAfter} = await sendUpload(request);
    const response = parse(text) as UploadResponse | null;
    if (status < 300 && response?.file) return response.file;
    throw errorOf(status, response, retryAfter);
  });
  client.host.onResponse(true);
  return stored;
};

/**
 * Browsers report a file that changes during its upload as a lost connection, or report nothing. A
 * copy in memory cannot change. `file.arrayBuffer()` does not fail in WebKit if the file became
 * shorter within the second in which it was chosen: it fills the rest with zeros.
 */
const copyInMemory = async (file: File) => {
  const bytes = await new Response(file).arrayBuffer().catch(() => null);
  if (bytes?.byteLength !== file.size) throw new FileUnreadable();
  return new File([bytes], file.name, {type: file.type});
};

/** Puts the size first, so that the server knows the length before the bytes arrive. */
const uploadForm = (file: File) => {
  const form = new FormData();
  form.append('size', String(file.size));
  form.append('file', file);
  return form;
};

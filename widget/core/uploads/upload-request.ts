import type {StoredFile, UploadResponse} from '../../../server/contract/files.js';
import {UPLOAD_MAX_MS} from '../../../server/contract/limits.js';

import {offline, parse, refusal} from '../transport/api-client.js';
import type {ApiClient} from '../transport/api-client.js';
import {FileUnreadable} from './uploads.js';

/** The server ends an upload that brings nothing for 20 s; an upload without progress ends here. */
const SILENCE_MS = 60_000;
const PATH = '/api/files/upload';

export interface UploadOptions {
  idempotencyKey: string;
  signal: AbortSignal;
  onProgress: (sentBytes: number) => void;
}

/** The only caller of `XMLHttpRequest`, for `fetch` does not tell how much has been sent. */
export const uploadFile = async (
  client: ApiClient,
  file: File,
  sending: UploadOptions,
): Promise<StoredFile> => {
  const copy = await inMemory(file);
  return client.interceptor('POST', PATH, () => send(client, copy, sending));
};

/**
 * Browsers report a file that changes during its upload as a lost connection, or report nothing. A
 * copy in memory cannot change.
 */
const inMemory = async (file: File) => {
  try {
    const bytes = await file.arrayBuffer();
    if (bytes.byteLength === file.size) return new File([bytes], file.name, {type: file.type});
  } catch (cause) {
    throw new FileUnreadable({cause});
  }
  throw new FileUnreadable();
};

const send = (client: ApiClient, file: File, {idempotencyKey, signal, onProgress}: UploadOptions) =>
  new Promise<StoredFile>((resolve, reject) => {
    signal.throwIfAborted();
    const request = new XMLHttpRequest();
    const silence = watchSilence(() => request.abort(), silenceMs());
    request.open('POST', client.api + PATH);
    const headers = {...client.identity(), 'Idempotency-Key': idempotencyKey};
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.upload.onprogress = (event) => {
      silence.heard();
      onProgress(event.loaded);
    };
    request.onload = () => {
      const answer = parse(request.responseText) as UploadResponse | null;
      if (request.status < 300 && answer?.file) {
        client.watcher.onAnswer(true);
        resolve(answer.file);
      } else reject(refusal(request.status, answer, request.getResponseHeader('Retry-After')));
    };
    request.onerror = request.onabort = () => reject(offline(signal.reason));
    request.onloadend = () => silence.stop();
    signal.addEventListener('abort', () => request.abort());
    request.send(uploadForm(file));
  });

/** The size goes first, so that the server knows the length before the bytes arrive. */
const uploadForm = (file: File) => {
  const form = new FormData();
  form.append('size', String(file.size));
  form.append('file', file);
  return form;
};

/** A service worker sends the bytes in the page's place, and the page then gets no progress. */
const silenceMs = () => {
  try {
    return navigator.serviceWorker?.controller ? UPLOAD_MAX_MS : SILENCE_MS;
  } catch {
    // A sandboxed frame has no service worker, and must not ask for one.
    return SILENCE_MS;
  }
};

const watchSilence = (giveUp: () => void, ms: number) => {
  let timer = setTimeout(giveUp, ms);
  const stop = () => clearTimeout(timer);
  const heard = () => {
    stop();
    timer = setTimeout(giveUp, ms);
  };
  return {heard, stop};
};

import type {StoredFile, UploadAnswer} from '../server/contract/files.js';

import {offline, parse, refusal} from './client.js';
import type {Client} from './client.js';

/** The server gives up on a slow client after 20 s; a silent connection deserves no more than this. */
const SILENCE_MS = 60_000;
const PATH = '/api/files/upload';

export interface Sending {
  idempotencyKey: string;
  signal: AbortSignal;
  onProgress: (sentBytes: number) => void;
}

/** The only caller of `XMLHttpRequest`, for `fetch` does not tell how much has been sent. */
export const sendFile = (client: Client, file: File, sending: Sending): Promise<StoredFile> =>
  client.around('POST', PATH, () => send(client, file, sending));

const send = (client: Client, file: File, {idempotencyKey, signal, onProgress}: Sending) =>
  new Promise<StoredFile>((resolve, reject) => {
    signal.throwIfAborted();
    const request = new XMLHttpRequest();
    const silence = watchSilence(() => request.abort());
    request.open('POST', client.api + PATH);
    const headers = {...client.identity(), 'Idempotency-Key': idempotencyKey};
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.upload.onprogress = (event) => {
      silence.heard();
      onProgress(event.loaded);
    };
    request.onload = () => {
      const answer = parse(request.responseText) as UploadAnswer | null;
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

const watchSilence = (giveUp: () => void) => {
  let timer = setTimeout(giveUp, SILENCE_MS);
  const stop = () => clearTimeout(timer);
  const heard = () => {
    stop();
    timer = setTimeout(giveUp, SILENCE_MS);
  };
  return {heard, stop};
};

import {UPLOAD_MAX_MS} from '../../server/contract/limits.js';

import type {UploadRequest, UploadResult} from '../core/uploads/upload-request.js';

/** The server ends an upload that sends nothing for 20 s. An upload without progress ends here. */
const SILENCE_MS = 60_000;

/** Uploads with `XMLHttpRequest`, because `fetch` does not report progress. */
export const uploadWithProgress = ({url, headers, body, signal, onProgress}: UploadRequest) =>
  new Promise<UploadResult>((resolve, reject) => {
    signal.throwIfAborted();
    const request = new XMLHttpRequest();
    const silenceMs = silenceLimitMs();
    let timer = setTimeout(() => request.abort(), silenceMs);
    request.open('POST', url);
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.upload.onprogress = ({loaded}) => {
      clearTimeout(timer);
      timer = setTimeout(() => request.abort(), silenceMs);
      onProgress(loaded);
    };
    request.onload = () => {
      const {status, responseText} = request;
      resolve({status, text: responseText, retryAfter: request.getResponseHeader('Retry-After')});
    };
    request.onerror = request.onabort = () => reject(new Error('upload', {cause: signal.reason}));
    request.onloadend = () => clearTimeout(timer);
    signal.addEventListener('abort', () => request.abort());
    request.send(body);
  });

/** A service worker sends the bytes in the page's place, and the page then gets no progress. */
const silenceLimitMs = () => {
  try {
    return navigator.serviceWorker?.controller ? UPLOAD_MAX_MS : SILENCE_MS;
  } catch {
    // A sandboxed frame has no service worker, and must not ask for one.
    return SILENCE_MS;
  }
};

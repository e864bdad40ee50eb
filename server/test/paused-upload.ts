import {once} from 'node:events';
import {request as openRequest} from 'node:http';
import type {IncomingMessage} from 'node:http';

import type {Visitor} from './visitor.js';

export interface PausedUpload {
  /** Sends the second half and returns the response. */
  finish: () => Promise<{status: number; headers: IncomingMessage['headers']; body: string}>;
  /** Error that ended the connection; pending if it does not end early. */
  broken: Promise<Error>;
}

const BOUNDARY = 'held-upload';

/** Starts an upload that pauses in the middle until `finish` is called. */
export const startPausedUpload = async (
  {url, credentials}: Visitor,
  bytes: Buffer,
  headers: Record<string, string> = {},
): Promise<PausedUpload> => {
  const body = Buffer.concat([
    Buffer.from(
      `--${BOUNDARY}\r\nContent-Disposition: form-data; name="size"\r\n\r\n${bytes.length}\r\n` +
        `--${BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n` +
        'Content-Type: application/pdf\r\n\r\n',
    ),
    bytes,
    Buffer.from(`\r\n--${BOUNDARY}--\r\n`),
  ]);
  const outgoing = openRequest(`${url}/api/files/upload`, {
    method: 'POST',
    headers: {
      ...credentials,
      ...headers,
      'content-type': `multipart/form-data; boundary=${BOUNDARY}`,
      'content-length': body.length,
    },
  });
  const broken = new Promise<Error>((resolve) => outgoing.once('error', resolve));
  const half = Math.floor(body.length / 2);
  await new Promise((resolve) => outgoing.write(body.subarray(0, half), resolve));
  return {
    broken,
    finish: async () => {
      outgoing.end(body.subarray(half));
      const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
      let text = '';
      for await (const chunk of response) text += String(chunk);
      return {status: response.statusCode ?? 0, headers: response.headers, body: text};
    },
  };
};

import {once} from 'node:events';
import {Agent, request} from 'node:http';
import type {IncomingMessage} from 'node:http';
import {setTimeout as sleep} from 'node:timers/promises';

export interface Call {
  url: string;
  method: string;
  headers: Record<string, string>;
  /** Whether the body is multipart. Otherwise it is only the file. */
  isMultipart?: boolean;
}

export interface ChunkPace {
  chunkBytes: number;
  pauseMs: number;
}

const agent = new Agent({keepAlive: true, maxSockets: Infinity});

/** Sends the file at once, or in chunks with pauses. Throws unless the server accepts it. */
export const sendFile = async (call: Call, file: Buffer, pace?: ChunkPace): Promise<void> => {
  const [head, tail] = call.isMultipart ? envelope(file.length) : [EMPTY, EMPTY];
  const length = head.length + file.length + tail.length;
  const sent = request(call.url, {
    method: call.method,
    agent,
    headers: {...call.headers, 'content-length': length},
  });
  const answered = once(sent, 'response') as Promise<[IncomingMessage]>;
  // It is awaited below. A rejection may arrive while the body is still being written.
  answered.catch(() => undefined);
  sent.write(head);
  if (pace) await writeSlowly(sent, file, pace);
  else sent.write(file);
  sent.end(tail);
  const [response] = await answered;
  response.resume();
  await once(response, 'end');
  const status = response.statusCode ?? 0;
  if (status < 200 || status > 299) throw new Error(`${call.url} responded with ${status}.`);
};

const EMPTY = Buffer.alloc(0);

const envelope = (bytes: number): [Buffer, Buffer] => [
  Buffer.from(
    `--b\r\nContent-Disposition: form-data; name="size"\r\n\r\n${bytes}\r\n--b\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\nContent-Type: application/pdf\r\n\r\n`,
  ),
  Buffer.from('\r\n--b--\r\n'),
];

const writeSlowly = async (
  sent: ReturnType<typeof request>,
  file: Buffer,
  {chunkBytes, pauseMs}: ChunkPace,
): Promise<void> => {
  for (let at = 0; at < file.length; at += chunkBytes) {
    sent.write(file.subarray(at, at + chunkBytes));
    await sleep(pauseMs);
  }
};

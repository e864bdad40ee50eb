import http from 'node:http';
import net from 'node:net';

export interface WireRequest {
  method: string;
  path: string;
  headers: [string, string][];
  body?: Buffer;
}

export interface WireResponse {
  status: number;
  headers: Record<string, string>;
  body: Buffer;
}

/**
 * Time limit for a response. The server's own waits, for a form's file or for a duplicate upload,
 * are shorter.
 */
export const HANG_MS = 60_000;
const READABLE_BYTES = 7_000;
/** Headers that would break the next request on a reused connection if they were false. */
const FRAMING = ['host', 'content-length', 'transfer-encoding', 'expect', 'upgrade'];

const agent = new http.Agent({keepAlive: true, maxSockets: 16});

export const closeConnections = (): void => {
  agent.destroy();
};

/**
 * Returns whether an ordinary client would send this request. Other requests are sent byte by byte.
 */
export const isOrdinary = ({path, headers}: WireRequest): boolean =>
  /^[\x21-\x7e]+$/.test(path) &&
  headers.every(
    ([name, value]) =>
      /^[\w-]+$/.test(name) && !FRAMING.includes(name) && /^[\t\x20-\x7e\x80-\xff]*$/.test(value),
  );

/** Returns whether a server must understand the head: short, without control characters. */
export const isReadable = ({path, headers}: WireRequest): boolean =>
  headers.every(
    // eslint-disable-next-line no-control-regex -- these are the ones
    ([name, value]) => /^[\w-]+$/.test(name) && !/[\0-\x08\x0a-\x1f\x7f]/.test(value),
  ) && Buffer.byteLength([path, ...headers.flat()].join('    ')) < READABLE_BYTES;

/** Returns the response, or the reason why there is none. */
export const sendRequest = (port: number, request: WireRequest): Promise<WireResponse | string> =>
  isOrdinary(request) && isReadable(request)
    ? sendOrdinary(port, request)
    : sendBytes(port, request);

const sendOrdinary = (port: number, {method, path, headers, body}: WireRequest) =>
  new Promise<WireResponse | string>((resolve) => {
    const merged: Record<string, string[]> = {};
    for (const [name, value] of headers) (merged[name] ??= []).push(value);
    if (body) merged['content-length'] = [String(body.length)];
    const request = http.request(
      {host: '127.0.0.1', port, method, path, agent, headers: merged},
      (response) => {
        // An event stream never ends, so only its head is judged.
        if (response.headers['content-type']?.startsWith('text/event-stream')) {
          const {statusCode: status = 0} = response;
          const headers = response.headers as Record<string, string>;
          resolve({status, headers, body: Buffer.alloc(0)});
          request.destroy();
        }
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', (error) => {
          resolve(`the answer broke off: ${error.message}`);
        });
        response.on('end', () => {
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers as Record<string, string>,
            body: Buffer.concat(chunks),
          });
        });
      },
    );
    request.setTimeout(HANG_MS, () => {
      resolve(`no answer within ${HANG_MS} ms`);
      request.destroy();
    });
    request.on('error', (error) => {
      resolve(`no answer: ${error.message}`);
    });
    request.end(body);
  });

/** Sends requests that client libraries refuse: broken headers, odd paths. */
export const sendBytes = (port: number, {method, path, headers, body}: WireRequest) =>
  new Promise<WireResponse | string>((resolve) => {
    const lines = [
      `${method} ${path} HTTP/1.1`,
      'host: 127.0.0.1',
      'connection: close',
      ...(body ? [`content-length: ${body.length}`] : []),
      ...headers.map(([name, value]) => `${name}: ${value}`),
    ];
    const socket = net.connect(port, '127.0.0.1');
    const chunks: Buffer[] = [];
    socket.setTimeout(HANG_MS, () => {
      resolve(`no answer within ${HANG_MS} ms`);
      socket.destroy();
    });
    socket.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      if (/\r\ncontent-type: text\/event-stream/i.test(chunk.toString('latin1'))) socket.destroy();
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      resolve(
        parseResponse(Buffer.concat(chunks)) ?? 'the connection was closed without an answer',
      );
    });
    socket.write(Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`), body ?? NOTHING]));
  });

const NOTHING = Buffer.alloc(0);

const parseResponse = (bytes: Buffer): WireResponse | undefined => {
  const end = bytes.indexOf('\r\n\r\n');
  const [first = '', ...lines] = bytes
    .subarray(0, Math.max(0, end))
    .toString('latin1')
    .split('\r\n');
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(first)?.[1]);
  if (!status) return undefined;
  const rest = bytes.subarray(end + 4);
  if (status < 200) return parseResponse(rest);
  const headers = Object.fromEntries(
    lines.map((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    }),
  );
  const isChunked = headers['transfer-encoding'] === 'chunked';
  const length = Number(headers['content-length'] ?? rest.length);
  return {status, headers, body: isChunked ? decodeChunks(rest) : rest.subarray(0, length)};
};

const decodeChunks = (bytes: Buffer): Buffer => {
  const end = bytes.indexOf('\r\n');
  const length = parseInt(bytes.subarray(0, Math.max(0, end)).toString(), 16);
  if (!length) return NOTHING;
  const next = end + 2 + length;
  return Buffer.concat([bytes.subarray(end + 2, next), decodeChunks(bytes.subarray(next + 2))]);
};

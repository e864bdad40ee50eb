import type {Socket} from 'node:net';
import {STATUS_CODES} from 'node:http';
import type {Server, ServerResponse} from 'node:http';
import type {Duplex} from 'node:stream';

import {nanoid} from 'nanoid';

import {HeadersTooLarge, InvalidRequest, MethodNotAllowed, TooSlow} from '../errors.js';
import type {MariaError} from '../errors.js';

declare module 'fastify' {
  interface FastifyInstance {
    latestResponseOn: LatestResponse;
  }
}

/** Returns the latest response on a connection. */
export type LatestResponse = (socket: Duplex) => ServerResponse | undefined;

const HEAD = Buffer.from('HEAD ');

interface ClientError extends Error {
  code?: string;
  rawPacket?: unknown;
}

/**
 * Responds to a request that is not HTTP, has too many headers or arrives too slowly. No route and
 * no error handler receives such a request, so this function writes the error itself.
 */
export const respondToClientError = (
  error: ClientError,
  socket: Pick<Socket, 'writable' | 'end' | 'destroy'>,
  latest?: ServerResponse,
): void => {
  const isUnreadable = !socket.writable || error.code === 'ECONNRESET';
  if (isUnreadable || (latest && hasBegun(latest))) {
    socket.destroy();
    return;
  }
  const {rawPacket} = error;
  const isHead = rawPacket instanceof Buffer && rawPacket.subarray(0, 5).equals(HEAD);
  socket.end(toResponse(toMariaError(error), {isHead}));
};

export interface Refusal {
  error: MariaError;
  headers: Record<string, string>;
  /** Latest response on the connection. */
  latest: ServerResponse | undefined;
}

/** Sends an error to a client whose socket has left Node's HTTP server, and closes the socket. */
export const endWithError = (socket: Duplex, {error, headers, latest}: Refusal): void => {
  const close = () => {
    socket.destroy();
  };
  if (latest && hasBegun(latest)) {
    close();
    return;
  }
  socket.once('error', close);
  socket.once('finish', close);
  socket.end(toResponse(error, {headers}));
};

/** Returns the bytes of an error response after which the connection is closed. */
const toResponse = (
  error: MariaError,
  {isHead = false, headers = {}}: {isHead?: boolean; headers?: Record<string, string>},
): string => {
  const requestId = nanoid();
  const body = JSON.stringify(error.toBody(requestId));
  return [
    `HTTP/1.1 ${error.statusCode} ${STATUS_CODES[error.statusCode] ?? ''}`,
    'content-type: application/json; charset=utf-8',
    `content-length: ${Buffer.byteLength(body)}`,
    `x-request-id: ${requestId}`,
    'access-control-allow-origin: *',
    'access-control-expose-headers: x-request-id',
    'x-content-type-options: nosniff',
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    'connection: close',
    '',
    // After a HEAD request, the client would read a body as the next response.
    isHead ? '' : body,
  ].join('\r\n');
};

const toMariaError = ({code}: ClientError): MariaError => {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return new TooSlow();
  if (code === 'HPE_HEADER_OVERFLOW') {
    return new HeadersTooLarge(
      'The URL and the headers have more than 128 KiB. Expected at most 32 KiB of headers. Send a shorter URL, and fewer or smaller cookies.',
    );
  }
  return new InvalidRequest(
    `The bytes are not a valid HTTP request (${code ?? 'unreadable'}). Expected HTTP/1.1 without TLS. Check the client, and the proxy in front of this server.`,
  );
};

/** Returns whether bytes sent now would corrupt this response, or one that is sent before it. */
const hasBegun = ({writableFinished, headersSent, socket}: ServerResponse): boolean =>
  !writableFinished && (headersSent || socket === null);

/** Ignores unknown `Expect` headers, as RFC 9110 allows. Node would send a 417 without a body. */
export const ignoreExpectations = (server: Server): void => {
  server.on('checkExpectation', (request, response) => {
    server.emit('request', request, response);
  });
};

/** Refuses CONNECT, which reaches no route. Node would close the connection without a response. */
export const refuseTunnels = (server: Server, latestOn: LatestResponse): void => {
  server.on('connect', (_request, socket) => {
    endWithError(socket, {
      error: new MethodNotAllowed(
        'This server does not support CONNECT, because it is no proxy. Send the request itself, with a method that the Allow header lists.',
      ),
      headers: {allow: 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS'},
      latest: latestOn(socket),
    });
  });
};

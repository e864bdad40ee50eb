import type {Socket} from 'node:net';
import {STATUS_CODES} from 'node:http';
import type {Server, ServerResponse} from 'node:http';

import {nanoid} from 'nanoid';

import {HeadersTooLarge, InvalidRequest, TooSlow} from '../errors.js';
import type {MariaError} from '../errors.js';

const HEAD = Buffer.from('HEAD ');

interface ClientError extends Error {
  code?: string;
  rawPacket?: unknown;
}

/**
 * Answers what is no HTTP, has headers beyond measure or comes too slowly, in the shape of all
 * other errors: such a request never becomes one that a route or the error handler could see.
 */
export const answerClientError = (
  error: ClientError,
  socket: Pick<Socket, 'writable' | 'end' | 'destroy'>,
  latest?: ServerResponse,
): void => {
  const isUnreadable = !socket.writable || error.code === 'ECONNRESET';
  if (isUnreadable || (latest && hasBegun(latest))) {
    socket.destroy();
    return;
  }
  const ours = toMariaError(error);
  const requestId = nanoid();
  const body = JSON.stringify(ours.body(requestId));
  const {rawPacket} = error;
  const isHead = rawPacket instanceof Buffer && rawPacket.subarray(0, 5).equals(HEAD);
  socket.end(
    [
      `HTTP/1.1 ${ours.statusCode} ${STATUS_CODES[ours.statusCode] ?? ''}`,
      'content-type: application/json; charset=utf-8',
      `content-length: ${Buffer.byteLength(body)}`,
      `x-request-id: ${requestId}`,
      'access-control-allow-origin: *',
      'access-control-expose-headers: x-request-id',
      'x-content-type-options: nosniff',
      'connection: close',
      '',
      // The client of a HEAD would read a body as the next answer.
      isHead ? '' : body,
    ].join('\r\n'),
  );
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

/** Another head would end up within the response, or within one before it that it waits for. */
const hasBegun = ({writableFinished, headersSent, socket}: ServerResponse): boolean =>
  !writableFinished && (headersSent || socket === null);

/** Node would answer an `Expect` that it does not know with a bare 417; RFC 9110 lets us ignore it. */
export const ignoreExpectations = (server: Server): void => {
  server.on('checkExpectation', (request, response) => {
    server.emit('request', request, response);
  });
};

import type {ServerResponse} from 'node:http';
import type {Readable} from 'node:stream';

import type {FastifyRequest} from 'fastify';

import {Internal} from '../errors.js';
import type {MariaError} from '../errors.js';
import type {SlowClientLimits} from '../http/slow-client-guard.js';
import {guardDownload} from '../http/slow-download.js';

export interface StreamDeps {
  /** Called when an export fails after its response has begun. */
  onBroken: (error: MariaError, request: FastifyRequest) => void;
  pace?: SlowClientLimits | undefined;
}

interface Connection {
  request: FastifyRequest;
  response: ServerResponse;
  closed: Promise<void>;
}

/** Returns an export as a stream that ends with its client, or with an error. */
export const streamExport = (
  {onBroken, pace}: StreamDeps,
  create: (signal: AbortSignal) => AsyncIterable<Uint8Array>,
  {request, response, closed}: Connection,
): Readable => {
  const aborted = new AbortController();
  void closed.then(() => {
    aborted.abort();
  });
  const stream = guardDownload(create(aborted.signal), response, {
    limits: pace,
    onTooSlow: () => {
      request.log.info({req: request.id}, 'an export was aborted: its client read too slowly');
    },
  });
  // Fastify closes the connection, so that the client notices the incomplete export. The export was
  // audited before the first byte; this error follows it in the audit log.
  stream.once('error', (cause) => {
    if (aborted.signal.aborted) return;
    onBroken(new Internal('An export failed while it was sent.', {cause}), request);
  });
  return stream;
};

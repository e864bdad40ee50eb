import type {Readable} from 'node:stream';

import type {FastifyReply, FastifyRequest} from 'fastify';

import {clientRateLimitKey} from '../http/client-address.js';
import {ConcurrencyLimit} from '../http/concurrency-limit.js';
import {disableTimeout} from '../http/request-timeout.js';
import {untilClosed} from '../http/slow-download.js';
import {createContentDisposition} from '../object-store/attachment.js';
import type {OwnerHub} from '../owner/owner-hub.js';
import {EXPORT_LIMITS} from '../privacy/routes.js';
import {streamExport} from '../privacy/stream-export.js';
import type {StreamDeps} from '../privacy/stream-export.js';

export type ExportLimit = ConcurrencyLimit;

/** Returns the limit of concurrent exports that all calls of accounts share. */
export const createExportLimit = (): ExportLimit =>
  new ConcurrencyLimit(
    EXPORT_LIMITS,
    'Too many concurrent exports. Try again after the time in Retry-After.',
  );

/** Export that is sent as an attachment. */
export interface SentExport {
  name: string;
  type: string;
  create: (signal: AbortSignal) => AsyncIterable<Uint8Array>;
}

interface SendExportDeps extends StreamDeps {
  exportLimit: ExportLimit;
  ownerHub: OwnerHub;
}

/**
 * Sends an export as long as its client reads fast enough and its session is open. Throws `Busy` if
 * there are too many, and prepares nothing then.
 */
export const sendExport = async (
  {exportLimit, ownerHub, ...deps}: SendExportDeps,
  {request, reply}: {request: FastifyRequest; reply: FastifyReply},
  prepare: () => Promise<SentExport>,
): Promise<Readable> => {
  const closed = untilClosed(reply.raw);
  const release = exportLimit.acquire(request.account.id, clientRateLimitKey(request));
  void closed.then(release);
  ownerHub.endWithSession(request.account, reply.raw);
  const {name, type, create} = await prepare();
  disableTimeout(request, reply);
  void reply.type(type).header('content-disposition', createContentDisposition(name));
  return streamExport(deps, create, {request, response: reply.raw, closed});
};

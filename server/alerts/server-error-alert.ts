import type {FastifyBaseLogger, FastifyRequest} from 'fastify';

import type {Sql} from '../database/sql.js';
import {ScanUnavailable} from '../errors.js';
import type {MariaError} from '../errors.js';
import {raiseAlert} from './alerts.js';
import {StoreUnavailable} from '../object-store/errors.js';

interface AuditWriter {
  record: (entry: {
    event: 'error';
    uuid: string | null;
    site: string | null;
    address: string | null;
    metadata: Record<string, string>;
  }) => Promise<void>;
}

export interface Failed {
  request: FastifyRequest;
  /** Whose call it was, if its token was right. */
  caller: {uuid: string; site: {key: string}} | undefined;
  address: string | null;
}

/** The log gets everything, the trail the code, and the operator a mail unless one went out lately. */
export const alertServerError = (
  {sql, log, attempts}: {sql: Sql; log: FastifyBaseLogger; attempts: AuditWriter},
  error: MariaError,
  {request, caller, address}: Failed,
): void => {
  const route = request.routeOptions.url ?? 'unknown';
  const {code} = error;
  const details = {req: request.id, route, code, err: error.cause ?? error};
  const part = unavailableDependency(error);
  if (error.statusCode !== 503) log.error(details, 'a request failed');
  else {
    log.warn(details, 'a part of the service did not answer');
    if (!part) return;
  }
  const uuid = caller?.uuid ?? null;
  const site = caller?.site.key ?? null;
  const metadata = {code, route, request_id: request.id};
  const message = part
    ? `The ${part} did not answer; request ${request.id} was refused. /readyz and the log say more.`
    : `Request ${request.id} failed.`;
  const told = Promise.all([
    attempts.record({event: 'error', uuid, site, address, metadata}),
    raiseAlert(sql, {cause: `${code} ${part ?? route}`, code, message, uuid}),
  ]);
  told.catch((failure: unknown) => {
    log.error({err: failure}, 'an error could not be told to the operator');
  });
};

/**
 * What else than the database is away: that one could take neither row nor mail, and is told of
 * when it is back. One cause for all routes, since they all stand still for the same reason.
 */
const unavailableDependency = (error: MariaError): string | undefined => {
  if (error instanceof ScanUnavailable) return 'virus scanner';
  return error.cause instanceof StoreUnavailable ? 'storage' : undefined;
};

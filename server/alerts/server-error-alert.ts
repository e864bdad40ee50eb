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
    ipAddress: string | null;
    metadata: Record<string, string>;
  }) => Promise<void>;
}

export interface FailedRequest {
  request: FastifyRequest;
  /** Caller with a valid token; undefined without one. */
  caller: {uuid: string; site: {key: string}} | undefined;
  ipAddress: string | null;
}

/** Logs the whole error, writes its code to the audit log, and raises an alert. */
export const alertServerError = (
  {sql, log, attempts}: {sql: Sql; log: FastifyBaseLogger; attempts: AuditWriter},
  error: MariaError,
  {request, caller, ipAddress}: FailedRequest,
): void => {
  const route = request.routeOptions.url ?? 'unknown';
  const {code} = error;
  const details = {req: request.id, route, code, err: error.cause ?? error};
  const dependency = unavailableDependency(error);
  if (error.statusCode !== 503) log.error(details, 'a request failed');
  else {
    log.warn(details, 'a dependency did not respond');
    if (!dependency) return;
  }
  const uuid = caller?.uuid ?? null;
  const site = caller?.site.key ?? null;
  const metadata = {code, route, request_id: request.id};
  const message = dependency
    ? `The ${dependency} did not respond, and request ${request.id} was refused.`
    : `Request ${request.id} failed.`;
  const alerted = Promise.all([
    attempts.record({event: 'error', uuid, site, ipAddress, metadata}),
    raiseAlert(sql, {cause: `${code} ${dependency ?? route}`, code, message, uuid}),
  ]);
  alerted.catch((failure: unknown) => {
    log.error({err: failure}, 'failed to alert the operator to an error');
  });
};

/**
 * Returns the unavailable dependency, which is one cause for all routes. It never returns the
 * database, which could store neither row nor e-mail: `DatabaseOutage` reports it when it is back.
 */
const unavailableDependency = (error: MariaError): string | undefined => {
  if (error instanceof ScanUnavailable) return 'virus scanner';
  return error.cause instanceof StoreUnavailable ? 'storage' : undefined;
};

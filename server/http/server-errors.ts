import type {FastifyBaseLogger, FastifyRequest} from 'fastify';

import type {AuditAttempts} from '../audit/store.js';
import type {Sql} from '../database/connect.js';
import type {MariaError} from '../errors.js';
import {raiseAlert} from '../mail/alerts.js';
import type {Caller} from '../sessions/access.js';

export interface Failed {
  request: FastifyRequest;
  /** Whose call it was, if its token was right. */
  caller: Caller | undefined;
  address: string | null;
}

/** The log gets everything, the trail the code, and the operator a mail unless one went out lately. */
export const tellServerError = (
  {sql, log, attempts}: {sql: Sql; log: FastifyBaseLogger; attempts: AuditAttempts},
  error: MariaError,
  {request, caller, address}: Failed,
): void => {
  const route = request.routeOptions.url ?? 'unknown';
  const {code} = error;
  const details = {req: request.id, route, code, err: error.cause ?? error};
  if (error.statusCode === 503) {
    log.warn(details, 'a part of the service did not answer');
    return;
  }
  log.error(details, 'a request failed');
  const uuid = caller?.uuid ?? null;
  const site = caller?.site.key ?? null;
  const metadata = {code, route, request_id: request.id};
  const message = `Request ${request.id} failed.`;
  const told = Promise.all([
    attempts.record({event: 'error', uuid, site, address, metadata}),
    raiseAlert(sql, {cause: `${code} ${route}`, code, message, uuid}),
  ]);
  told.catch((failure: unknown) => {
    log.error({err: failure}, 'an error could not be told to the operator');
  });
};

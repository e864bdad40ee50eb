import type {FastifyRequest} from 'fastify';

import {alertServerError} from './alerts/server-error-alert.js';
import type {AppDeps} from './app-deps.js';
import {composeBackgroundWork} from './background-work.js';
import type {BackgroundWork} from './background-work.js';
import {composeCore} from './core.js';
import type {Core} from './core.js';
import {isDatabaseDown} from './database/errors.js';
import {OriginNotAllowed} from './errors.js';
import type {MariaError} from './errors.js';
import {PdfTextExtractor} from './documents/pdf-text-extractor.js';
import {findStoredIds} from './documents/store.js';
import {Uploads} from './files/upload.js';
import {clientRateLimitKey, getStoredIp} from './http/client-address.js';
import {endVisit} from './sessions/end.js';
import {notifyOfLateFile} from './sessions/late-changes.js';
import {Access} from './visits/access.js';

export type Services = ReturnType<typeof compose>;

/** Makes the objects of a server. Starts nothing. */
export const compose = (deps: AppDeps) => {
  const core = composeCore(deps);
  const work = composeBackgroundWork(deps, core);
  return {...core, ...work, ...composeRequests(deps, {...core, ...work})};
};

/** Makes the objects that handle requests and their errors. */
const composeRequests = (
  {config, sql, objects, log}: AppDeps,
  {
    abuse,
    attempts,
    metrics,
    onMail,
    outage,
    seenOrigins,
    sites,
    spool,
    tokens,
    triggerCleanup,
    visits,
  }: Core & BackgroundWork,
) => {
  const toActor = (request: FastifyRequest, uuid?: string) => ({
    client: clientRateLimitKey(request),
    ipAddress: getStoredIp(request, config),
    uuid,
  });
  const access = new Access({
    config,
    sql,
    visits,
    sites,
    tokens,
    endVisit,
    onEnded: triggerCleanup,
    onTokenRefused: (request, uuid) => {
      abuse.recordTokenRefusal(toActor(request, uuid));
    },
  });
  const uploads = new Uploads({
    ...{config, sql, access, objects, spool, log},
    onMarkedForDeletion: triggerCleanup,
    notifyOfFile: (tx, {uuid, site}) => notifyOfLateFile(tx, {uuid, siteKey: site.key}),
    onNotified: onMail,
  });
  // Accounts can read all files that are stored; consents of visitors are about replies.
  const leadDocuments = new PdfTextExtractor({sql, objects, log, findReadable: findStoredIds});
  const alertError = (error: MariaError, request: FastifyRequest) => {
    const caller = access.findCaller(request);
    alertServerError({sql, log, attempts}, error, {request, caller, ...toActor(request)});
  };
  const onError = (error: MariaError, request: FastifyRequest) => {
    if (error.statusCode === 503 && isDatabaseDown(error.cause)) outage.record(error.cause);
    if (error.statusCode >= 500) alertError(error, request);
    if (error instanceof OriginNotAllowed) {
      const origin = request.headers.origin ?? '';
      abuse.recordOriginRefusal(toActor(request), {origin, site: error.siteKey});
      seenOrigins?.add(error.siteKey, origin, {isRefused: true});
    }
    metrics.countError(error.code, request.routeOptions.url);
  };
  const onLimitExceeded = (request: FastifyRequest) => {
    abuse.recordLimitViolation(toActor(request), request.routeOptions.url ?? 'unknown');
  };
  return {access, alertError, leadDocuments, onError, onLimitExceeded, toActor, uploads};
};

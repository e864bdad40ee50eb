import path from 'node:path';

import type {FastifyRequest} from 'fastify';

import type {AppDeps} from './app-deps.js';
import {AbuseMonitor} from './abuse/monitor.js';
import {SlidingWindowCounter} from './abuse/sliding-window-counter.js';
import {DatabaseOutage} from './alerts/database-outage.js';
import {alertServerError} from './alerts/server-error-alert.js';
import {AuditMaintenance} from './audit/maintenance.js';
import {BatchedAuditWriter, auditRowCounts} from './audit/store.js';
import {Expiry} from './cleanup/expiry.js';
import {Reaper} from './cleanup/reaper.js';
import {Cleanup} from './cleanup/scheduler.js';
import {Sweep} from './cleanup/sweep.js';
import {derivedKey} from './config/secrets.js';
import type {SecretKey} from './config/secrets.js';
import {isDatabaseDown} from './database/errors.js';
import {RestoreGuard} from './database/restore-guard.js';
import {OriginNotAllowed} from './errors.js';
import type {MariaError} from './errors.js';
import {TransientEvents} from './events/transient-events.js';
import {Spool} from './files/spool.js';
import {Uploads} from './files/upload.js';
import {WIDGET} from './http/assets.js';
import {anonymizeIp, clientIp, clientRateLimitKey} from './http/client-address.js';
import {Metrics} from './http/metrics.js';
import {SharedCounters} from './http/rate-limits.js';
import {createLimits} from './limits.js';
import {EventHub} from './live/hub.js';
import {ConfirmationLinks} from './mail/links.js';
import {MailSender} from './mail/sender.js';
import {MessageService} from './messages/message-service.js';
import {composeMail} from './notifications/compose-mail.js';
import {renderEvent} from './notifications/webhook-body.js';
import {OtherReleases} from './releases/other-releases.js';
import {OwnRelease} from './releases/own-release.js';
import {ResponderService} from './responders/service.js';
import {finishDelayedMail} from './sessions/delayed-confirmation.js';
import {endVisit} from './sessions/end.js';
import {PanelOpenCounter} from './sessions/panel-open-counter.js';
import {Sites} from './sites/store.js';
import {Access} from './visits/access.js';
import {Visits} from './visits/lookup.js';
import {VisitorTokens} from './visits/token.js';
import {WebhookSender} from './webhooks/sender.js';

export type Services = ReturnType<typeof compose>;

/** Makes the objects of a server. Starts nothing. */
export const compose = (deps: AppDeps) => {
  const {config, sql, backgroundSql, objects, log} = deps;
  const signingKey = config.secrets[0] as SecretKey;
  const visits = new Visits(sql, config.visit);
  const sites = new Sites(sql);
  const tokens = new VisitorTokens(config.secrets);
  const links = new ConfirmationLinks(config.secrets, config.publicUrl);
  const spool = new Spool(deps.spoolDir);
  const outage = new DatabaseOutage();
  const background = {sql: backgroundSql, objects, config, log, outage};
  const restoreGuard = new RestoreGuard({sql: backgroundSql, dataDir: config.dataDir, log});

  const attempts = new BatchedAuditWriter(sql);
  const counters = new SharedCounters(sql, derivedKey(signingKey, 'rate-limits'));
  const abuseCounter = new SlidingWindowCounter(sql, derivedKey(signingKey, 'watch'));
  const abuse = new AbuseMonitor({sql, attempts, log, counter: abuseCounter, counters});

  const moments = new TransientEvents(sql);
  const conversation = new MessageService({sql, moments, log});
  const pools = [sql, backgroundSql];
  const live = new EventHub({
    sql,
    pools,
    databaseUrl: deps.databaseUrl,
    transientEvents: moments,
    log,
  });

  const metrics = new Metrics({
    restoreGuard,
    pools: {requests: sql, background: backgroundSql},
    queues: {audit: attempts, claims: visits, rate_limits: counters, watched: abuseCounter},
    live,
    writtenEvents: auditRowCounts,
  });
  const limits = createLimits(config, metrics);

  const sender = new MailSender({
    ...background,
    smtpUrl: deps.smtpUrl,
    beforeSend: (job) => finishDelayedMail(background, job),
    compose: (job) => composeMail({...background, links}, job),
  });
  const webhooks = new WebhookSender({
    ...background,
    render: (webhook, job) => renderEvent(backgroundSql, webhook, job),
    onMail: () => {
      sender.wake();
    },
    metrics,
  });
  const onMail = () => {
    sender.wake();
    webhooks.wake();
  };
  const answering = new ResponderService({
    ...background,
    ...deps.answering,
    onMail,
    metrics,
    transientEvents: moments,
    replyChannel: conversation,
  });
  const cleanup = new Cleanup({
    ...background,
    restoreGuard,
    reaper: new Reaper(background),
    sweep: new Sweep(background),
    sweepSpool: () => spool.sweep(),
    onDone: (part, report) => {
      metrics.cleaned(part, report);
    },
    onFailed: (part) => {
      metrics.cleanupFailed(part);
    },
  });
  const triggerCleanup = () => {
    cleanup.triggerSoon();
  };

  const toActor = (request: FastifyRequest, uuid?: string) => ({
    client: clientRateLimitKey(request),
    address: anonymizeIp(clientIp(request), config.audit.ipMode),
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
      abuse.tokenRefused(toActor(request, uuid));
    },
  });
  const onMarkedForDeletion = triggerCleanup;
  const uploads = new Uploads({config, sql, access, objects, spool, log, onMarkedForDeletion});
  const alertError = (error: MariaError, request: FastifyRequest) => {
    const caller = access.knownCaller(request);
    alertServerError({sql, log, attempts}, error, {request, caller, ...toActor(request)});
  };
  const onError = (error: MariaError, request: FastifyRequest) => {
    if (error.statusCode === 503 && isDatabaseDown(error.cause)) outage.record(error.cause);
    if (error.statusCode >= 500) alertError(error, request);
    if (error instanceof OriginNotAllowed) {
      const origin = request.headers.origin ?? '';
      abuse.originRefused(toActor(request), {origin, site: error.siteKey});
    }
    metrics.failed(error.code, request.routeOptions.url);
  };
  const onLimitExceeded = (request: FastifyRequest) => {
    abuse.limitExceeded(toActor(request), request.routeOptions.url ?? 'unknown');
  };

  return {
    ...{abuse, access, answering, attempts, conversation, counters, limits, links, live, metrics},
    ...{outage, sender, sites, spool, tokens, uploads, visits, webhooks, cleanup},
    ...{alertError, onError, onLimitExceeded, onMail, toActor, triggerCleanup},
    expiry: new Expiry(background),
    trail: new AuditMaintenance({...background, known: restoreGuard}),
    opened: new PanelOpenCounter(backgroundSql, log),
    release: new OwnRelease({sql: backgroundSql, log, folder: WIDGET}),
    otherReleases: new OtherReleases({
      sql,
      log,
      folder: path.join(config.dataDir, 'releases'),
      releaseDays: config.widgetReleaseDays,
    }),
  };
};

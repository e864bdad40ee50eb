import path from 'node:path';

import rateLimiting from '@fastify/rate-limit';
import type {FastifyRequest} from 'fastify';
import {v4} from 'uuid';

import type {AppDeps, RunningApp} from './app-parts.js';
import {clientRateLimitKey} from './http/client-address.js';
import {BatchedAuditWriter, auditRowCounts} from './audit/store.js';
import {AuditMaintenance} from './audit/maintenance.js';
import {AbuseMonitor} from './abuse/monitor.js';
import {SlidingWindowCounter} from './abuse/sliding-window-counter.js';
import {Expiry} from './cleanup/expiry.js';
import {Cleanup} from './cleanup/scheduler.js';
import {Reaper} from './cleanup/reaper.js';
import {Sweep} from './cleanup/sweep.js';
import {isDatabaseDown} from './database/errors.js';
import {RestoreGuard} from './database/restore-guard.js';
import {OriginNotAllowed, Unavailable} from './errors.js';
import type {MariaError} from './errors.js';
import {EventHub} from './live/hub.js';
import {TransientEvents} from './events/transient-events.js';
import {eventRoutes} from './live/routes.js';
import {socketRoute} from './live/websocket-route.js';
import {ARRIVAL_LIMITS} from './live/websocket-route.js';
import {BodyDrain} from './http/drain.js';
import {fileRoutes} from './files/routes.js';
import {Spool} from './files/spool.js';
import {ConcurrencyLimit} from './http/concurrency-limit.js';
import {Uploads} from './files/upload.js';
import {logRequests} from './http/access-log.js';
import {WIDGET, projectVersion, registerAssets} from './http/assets.js';
import {registerRequestTimeout} from './http/request-timeout.js';
import {createApp} from './http/create-app.js';
import {registerErrorHandler} from './http/error-answers.js';
import {refuseUnderPressure} from './http/pressure.js';
import {registerHeaders} from './http/headers.js';
import {limitHeaders} from './http/header-limit.js';
import {healthRoutes} from './http/health.js';
import {Metrics, metricsRoute} from './http/metrics.js';
import {alertServerError} from './alerts/server-error-alert.js';
import {parseJsonBodies} from './http/json-bodies.js';
import {registerOpenApi} from './http/openapi.js';
import {registerPages} from './http/pages.js';
import {limitUnreadResponses} from './http/unread-responses.js';
import {
  LocalCounters,
  RATE_MULTIPLES,
  SharedCounters,
  processLimit,
  rateLimitOptions,
} from './http/rate-limits.js';
import {devRoutes} from './mail/dev-routes.js';
import {ConfirmationLinks} from './mail/links.js';
import {DatabaseOutage} from './alerts/database-outage.js';
import {MailSender} from './mail/sender.js';
import {composeMail} from './notifications/compose-mail.js';
import {renderEvent} from './notifications/webhook-body.js';
import {finishDelayedMail} from './sessions/delayed-confirmation.js';
import {endVisit} from './sessions/end.js';
import {alertMailLimit} from './mail/limit-alert.js';
import {MessageService} from './messages/message-service.js';
import {messageRoutes} from './messages/routes.js';
import {ResponderService} from './responders/service.js';
import {answerRoutes} from './responders/routes.js';
import {WebhookSender} from './webhooks/sender.js';
import {diskRoutes} from './files/disk-download-route.js';
import {privacyRoutes} from './privacy/routes.js';
import {OtherReleases} from './releases/other-releases.js';
import {OwnRelease} from './releases/own-release.js';
import {releaseRoutes} from './releases/routes.js';
import {derivedKey} from './config/secrets.js';
import type {SecretKey} from './config/secrets.js';
import {Access} from './visits/access.js';
import {contactRoutes} from './sessions/contact-routes.js';
import {leaveRoute} from './sessions/leave-route.js';
import {PanelOpenCounter} from './sessions/panel-open-counter.js';
import {sessionRoutes} from './sessions/routes.js';
import {VisitorTokens} from './visits/token.js';
import {uuidRoutes} from './sessions/uuid-routes.js';
import {verificationRoutes} from './sessions/verification-routes.js';
import {Visits} from './visits/lookup.js';
import {conversationSchemaRoute} from './sites/conversation-schema.js';
import {siteRoutes} from './sites/routes.js';
import {Sites} from './sites/store.js';

export type {AppDeps, RunningApp} from './app-parts.js';

/** Wires the whole server. Does not listen, and starts no background work. */
export const buildApp = async (deps: AppDeps): Promise<RunningApp> => {
  const {config, sql, backgroundSql, objects, log} = deps;
  const version = projectVersion();
  let notReady: string | undefined = 'starting';

  const attempts = new BatchedAuditWriter(sql);
  const opened = new PanelOpenCounter(backgroundSql, log);
  const sites = new Sites(sql);
  const visits = new Visits(sql, config.visit);
  const tokens = new VisitorTokens(config.secrets);
  const links = new ConfirmationLinks(config.secrets, config.publicUrl);
  const signingKey = config.secrets[0] as SecretKey;
  const mailHashKey = derivedKey(signingKey, 'mail-counts');
  const spool = new Spool(deps.spoolDir);
  await spool.sweep();
  const uploadLimit = new ConcurrencyLimit(
    config.uploads,
    'Too many concurrent uploads. Nothing was stored; try again shortly.',
    (limit) => {
      metrics.refusedAsBusy('uploads', limit);
    },
  );
  const shared = new SharedCounters(sql, derivedKey(signingKey, 'rate-limits'));
  const suspicions = new SlidingWindowCounter(sql, derivedKey(signingKey, 'watch'));
  const restoreGuard = new RestoreGuard({sql: backgroundSql, dataDir: config.dataDir, log});
  const transientEvents = new TransientEvents(sql);
  const conversation = new MessageService({sql, moments: transientEvents, log});
  const live = new EventHub({
    sql,
    pools: [sql, backgroundSql],
    databaseUrl: deps.databaseUrl,
    transientEvents: transientEvents,
    log,
  });
  const metrics = new Metrics({
    restoreGuard: restoreGuard,
    pools: {requests: sql, background: backgroundSql},
    queues: {audit: attempts, claims: visits, rate_limits: shared, watched: suspicions},
    uploadsRunning: () => uploadLimit.total,
    live,
    writtenEvents: auditRowCounts,
  });
  const abuse = new AbuseMonitor({sql, attempts, log, counter: suspicions, counters: shared});
  const outage = new DatabaseOutage();
  const background = {sql: backgroundSql, objects, config, log, outage};
  const sender = new MailSender({
    ...background,
    smtpUrl: deps.smtpUrl,
    beforeSend: (job) => finishDelayedMail(background, job),
    compose: (job) => composeMail({...background, links}, job),
  });
  const onMail = () => {
    sender.wake();
    webhooks.wake();
  };
  const cleanup = new Cleanup({
    ...background,
    restoreGuard: restoreGuard,
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

  const expiry = new Expiry(background);

  const triggerCleanup = () => {
    cleanup.triggerSoon();
  };
  const getActor = (request: FastifyRequest, uuid?: string) => ({
    client: clientRateLimitKey(request),
    address: access.getStoredIp(request),
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
      abuse.tokenRefused(getActor(request, uuid));
    },
  });
  const trail = new AuditMaintenance({...background, known: restoreGuard});
  const webhooks = new WebhookSender({
    ...background,
    render: (webhook, job) => renderEvent(backgroundSql, webhook, job),
    onMail,
    metrics,
  });
  const answering = new ResponderService({
    ...background,
    ...deps.answering,
    onMail,
    metrics,
    transientEvents: transientEvents,
    replyChannel: conversation,
  });
  const uploads = new Uploads({
    config,
    sql,
    access,
    objects,
    spool,
    log,
    onMarkedForDeletion: triggerCleanup,
  });

  const release = new OwnRelease({sql: backgroundSql, log, folder: WIDGET});
  const otherReleases = new OtherReleases({
    sql,
    log,
    folder: path.join(config.dataDir, 'releases'),
    releaseDays: config.widgetReleaseDays,
  });
  await otherReleases.sweep();

  const onLimitExceeded = (request: FastifyRequest) => {
    abuse.limitExceeded(getActor(request), request.routeOptions.url ?? 'unknown');
  };
  const drain = new BodyDrain();
  const app = createApp(config, log, drain);
  await registerHeaders(app, config);
  await app.register(rateLimiting, {
    ...rateLimitOptions({
      shared,
      local: new LocalCounters(),
      perMinute: config.ratePerMinute,
      onExceeded: onLimitExceeded,
    }),
  });
  const alertError = (error: MariaError, request: FastifyRequest) => {
    const caller = access.knownCaller(request);
    alertServerError({sql, log, attempts}, error, {request, caller, ...getActor(request)});
  };
  registerErrorHandler(app, {
    limitUnknown: app.rateLimit({
      max: config.ratePerMinute * RATE_MULTIPLES.unknown,
      keyGenerator: (request) => `unknown ${clientRateLimitKey(request)}`,
    }),
    onError: (error, request) => {
      if (error.statusCode === 503 && isDatabaseDown(error.cause)) outage.record(error.cause);
      if (error.statusCode >= 500) alertError(error, request);
      if (error instanceof OriginNotAllowed) {
        const origin = request.headers.origin ?? '';
        abuse.originRefused(getActor(request), {origin, site: error.siteKey});
      }
      metrics.failed(error.code, request.routeOptions.url);
    },
  });
  // Registered before the hooks that refuse requests, because a page can show their errors.
  await registerPages(app, config);
  limitHeaders(app);
  await refuseUnderPressure(app);
  app.addHook('onRequest', async (request) => {
    // Other routes need no database, so they are available while the server starts.
    if (notReady === 'starting' && /^\/(api|verify)\//.test(request.url)) throw new Unavailable();
  });
  registerRequestTimeout(app);
  limitUnreadResponses(app, deps.responses);
  app.addHook('onSend', async (request, reply) => {
    const isUsable = drain.begin(request.raw, clientRateLimitKey(request));
    // A client that keeps its connection would stay with this server, although its successor runs.
    if (notReady === 'draining' || !isUsable) void reply.header('connection', 'close');
    // Fastify closes the connection after a refused body. This body is drained, so it stays open.
    else if (reply.hasHeader('connection')) void reply.removeHeader('connection');
  });
  logRequests(app, {log, metrics});
  parseJsonBodies(app);
  await registerOpenApi(app, {...config, version});
  await registerAssets(app, {
    development: !config.production,
    onServed: () => {
      release.noteUse();
    },
  });
  releaseRoutes(app, {
    version,
    own: release,
    other: otherReleases,
    isStarting: () => notReady === 'starting',
    limit: processLimit(config.ratePerMinute * RATE_MULTIPLES.unknown, onLimitExceeded),
  });

  healthRoutes(app, {sql, objects, version, notReady: () => notReady});
  metricsRoute(app, metrics);
  siteRoutes(app, {config, sites, version});
  conversationSchemaRoute(app, config);
  uuidRoutes(app, {
    config,
    sql,
    visits,
    sites,
    tokens,
    access,
    attempts,
    newUuid: deps.newUuid ?? v4,
    onUuidRefused: (request, uuid) => {
      abuse.uuidRefused(getActor(request, uuid));
    },
    onOpened: (siteKey) => {
      opened.add(siteKey);
    },
  });
  sessionRoutes(app, {config, sql, access, onEnded: triggerCleanup});
  contactRoutes(app, {
    config,
    access,
    links,
    mailHashKey,
    onMailStopped: () => {
      alertMailLimit({sql, log}, 'address');
    },
    onEnded: triggerCleanup,
    onMail,
  });
  leaveRoute(app, {
    config,
    visits,
    access,
    onLeft: () => {
      const {leaveGraceMs} = config.visit;
      if (leaveGraceMs !== undefined) cleanup.triggerAfter(leaveGraceMs);
    },
  });
  verificationRoutes(app, {config, sql, access, links, onMail});
  fileRoutes(app, {
    config,
    sql,
    access,
    objects,
    uploads,
    attempts,
    gate: uploadLimit,
    counters: shared,
    onStored: (taken) => {
      metrics.uploaded(taken);
    },
    onDeleted: triggerCleanup,
  });
  messageRoutes(app, {
    config,
    sql,
    access,
    counters: shared,
    onExceeded: onLimitExceeded,
    onStored: (tx, {caller: {uuid, site}, message, client}) =>
      answering.enqueueTurn(tx, {uuid, siteKey: site.key, messageId: message.id, client}),
    onMessage: ({uuid, site}, message) => {
      answering.wake();
      webhooks.wake();
      conversation.emitVisitorMessage({uuid, siteKey: site.key, message});
    },
  });
  const streamLimit = new ConcurrencyLimit(
    config.streams,
    'Too many concurrent streams. Use long polling, or try again shortly.',
    (limit) => {
      metrics.refusedAsBusy('streams', limit);
    },
  );
  const arrivalLimit = new ConcurrencyLimit(
    ARRIVAL_LIMITS,
    'Too many WebSockets are waiting for their first message. Try again shortly.',
    (limit) => {
      metrics.refusedAsBusy('sockets', limit);
    },
  );
  const eventDeps = {config, access, live, gate: streamLimit, arrivals: arrivalLimit};
  eventRoutes(app, eventDeps);
  await socketRoute(app, eventDeps);
  answerRoutes(app, {config, sql, access, stage: conversation, answering});
  const pace = deps.downloadPace;
  privacyRoutes(app, {config, sql, objects, access, onBroken: alertError, pace});
  if (deps.diskKey) {
    const {ratePerMinute} = config;
    diskRoutes(app, {objects, signingKey: deps.diskKey, ratePerMinute, pace});
  }
  if (deps.mailbox && !config.production) {
    devRoutes(app, {mailbox: deps.mailbox, sql, publicUrl: config.publicUrl});
  }

  app.addHook('onClose', async () => {
    conversation.stop();
    await live.stop();
  });

  return {
    app,
    opened,
    cleanup,
    expiry,
    trail,
    sender,
    conversation,
    live,
    answering,
    webhooks,
    release,
    markReady: () => {
      notReady = undefined;
      live.start();
      conversation.start();
    },
    drain: () => {
      notReady = 'draining';
    },
  };
};

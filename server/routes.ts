import {v4} from 'uuid';

import {accountRoutes} from './accounts/account-routes.js';
import {SignInLinks} from './accounts/links.js';
import {signInRoutes} from './accounts/sign-in-routes.js';
import type {Config} from './config/config.js';
import type {ConsoleSettings} from './config/console.js';
import {deriveKey} from './config/secrets.js';
import {diskDownloadRoute} from './files/disk-download-route.js';
import {fileRoutes} from './files/routes.js';
import {uploadRoute} from './files/upload-route.js';
import {OWNER_PREFIX} from './http/console-paths.js';
import {healthRoutes} from './http/health.js';
import {metricsRoute} from './http/metrics.js';
import {RATE_MULTIPLES, createProcessLimit} from './http/rate-limits.js';
import {exportRoutes} from './leads/export-routes.js';
import {leadFileRoutes} from './leads/file-routes.js';
import {leadChangeRoutes} from './leads/lead-change-routes.js';
import {leadRoutes} from './leads/lead-routes.js';
import {listRoutes} from './leads/list-routes.js';
import {createExportLimit} from './leads/send-export.js';
import {eventRoutes} from './live/routes.js';
import {EVENTS_PREFIX, webSocketRoute} from './live/websocket-route.js';
import {devRoutes} from './mail/dev-routes.js';
import {alertMailLimit} from './mail/limit-alert.js';
import {messageRoutes} from './messages/routes.js';
import {privacyRoutes} from './privacy/routes.js';
import {releaseRoutes} from './releases/routes.js';
import {callbackRoute} from './responders/callback-route.js';
import {hasResponder} from './responders/resolve-responder.js';
import {stopRoute} from './responders/stop-route.js';
import {ownerEventRoutes} from './owner/event-routes.js';
import {ownerFunnelRoute} from './owner/funnel-route.js';
import {peopleRoutes} from './owner/people-routes.js';
import {ownerSiteRoutes} from './owner/site-routes.js';
import {ownerTrailRoute} from './owner/trail-route.js';
import {contactRoutes} from './sessions/contact-routes.js';
import {leaveRoute} from './sessions/leave-route.js';
import {sessionRoutes} from './sessions/routes.js';
import {uuidRoutes} from './sessions/uuid-routes.js';
import {verificationRoutes} from './sessions/verification-routes.js';
import {conversationSchemaRoute} from './sites/conversation-schema.js';
import {playgroundRoute} from './sites/playground-route.js';
import {toPublicConfig} from './sites/public-config.js';
import {siteRoutes} from './sites/routes.js';
import type {Site} from './sites/store.js';
import type {AppDeps} from './app-deps.js';
import type {Services} from './compose.js';
import type {App} from './http/app-type.js';
import type {Readiness} from './http/lifecycle.js';

type RouteDeps = Omit<AppDeps, keyof Services> & Services;

/** Registers the routes that need no session. */
export const registerPublicRoutes = async (
  app: App,
  deps: RouteDeps & {readiness: Readiness; version: string},
): Promise<void> => {
  const {config, access, live, limits, onLimitExceeded, readiness, version} = deps;
  await app.register(releaseRoutes, {
    version,
    own: deps.release,
    other: deps.otherReleases,
    isStarting: () => readiness.notReady === 'starting',
    limit: createProcessLimit(config.ratePerMinute * RATE_MULTIPLES.unknown, onLimitExceeded),
  });
  await app.register(healthRoutes, {...deps, notReady: () => readiness.notReady});
  await app.register(metricsRoute, deps);
  const getPublicConfig = createPublicConfig(config, version);
  await app.register(siteRoutes, {
    prefix: '/api/sites',
    ...deps,
    getPublicConfig,
    onLoaded: (site, origin) => {
      deps.seenOrigins?.add(site.key, origin);
    },
  });
  const {publicUrl, ratePerMinute} = config;
  await app.register(conversationSchemaRoute, {publicUrl, ratePerMinute});
  await app.register(uuidRoutes, {
    prefix: '/api/session',
    ...deps,
    newUuid: deps.newUuid ?? v4,
    getPublicConfig,
    onUuidRefused: (request, uuid) => {
      deps.abuse.recordUuidRefusal(deps.toActor(request, uuid));
    },
    onOpened: (siteKey, origin) => {
      deps.panelOpens.add(siteKey);
      deps.seenOrigins?.add(siteKey, origin);
    },
  });
  await app.register(leaveRoute, {
    prefix: '/api/session',
    ...deps,
    onLeft: () => {
      const {leaveGraceMs} = config.visit;
      if (leaveGraceMs !== undefined) deps.cleanup.triggerAfter(leaveGraceMs);
    },
  });
  await app.register(verificationRoutes, {prefix: '/verify', ...deps});
  const {arrivals: arrivalLimit, streams: streamLimit} = limits;
  await app.register(webSocketRoute, {
    prefix: EVENTS_PREFIX,
    ...{config, access, live, streamLimit, arrivalLimit},
  });
  await app.register(callbackRoute, {
    prefix: '/api/messages/answers',
    ...deps,
    replyChannel: deps.messageService,
  });
  if (deps.diskKey) {
    const {objects, diskKey: signingKey, downloadPace: pace} = deps;
    await app.register(diskDownloadRoute, {
      prefix: '/objects',
      ...{objects, signingKey, ratePerMinute, pace},
    });
  }
  if (!config.production) await registerDevRoutes(app, deps);
};

/** Registers the routes that only development has. */
const registerDevRoutes = async (
  app: App,
  {config, mailbox, sites, sql}: RouteDeps,
): Promise<void> => {
  await app.register(playgroundRoute, {prefix: '/dev/playground', config, sites, sql});
  const {publicUrl} = config;
  if (mailbox) await app.register(devRoutes, {prefix: '/dev', mailbox, sql, publicUrl});
};

/** Returns the function with which two routes describe a site. */
const createPublicConfig = (config: Config, version: string) => (site: Site) =>
  toPublicConfig(site, {limits: config.limits, version, hasResponder: hasResponder(site, config)});

/** Registers the routes that act on one session. The scope authenticates their requests. */
export const registerSessionRoutes = async (scope: App, deps: RouteDeps): Promise<void> => {
  const {config, sql, log, access, live, limits, responderService, messageService} = deps;
  const onEnded = deps.triggerCleanup;
  await scope.register(sessionRoutes, {prefix: '/api/session', ...deps, onEnded});
  await scope.register(contactRoutes, {
    prefix: '/api/session',
    ...deps,
    mailHashKey: deriveKey(config.secrets[0], 'mail-counts'),
    onMailStopped: () => {
      alertMailLimit({sql, log}, 'address');
    },
    onEnded,
  });
  await scope.register(privacyRoutes, {
    prefix: '/api/session',
    ...deps,
    onBroken: deps.alertError,
    pace: deps.downloadPace,
  });
  await scope.register(uploadRoute, {
    prefix: '/api/files',
    ...deps,
    uploadLimit: limits.uploads,
    onStored: (upload) => {
      deps.metrics.countUpload(upload);
    },
  });
  await scope.register(fileRoutes, {prefix: '/api/files', ...deps, onDeleted: onEnded});
  await scope.register(messageRoutes, {
    prefix: '/api/messages',
    ...deps,
    onExceeded: deps.onLimitExceeded,
    onStored: (tx, {caller: {uuid, site}, message, client}) =>
      responderService.enqueueTurn(tx, {uuid, siteKey: site.key, messageId: message.id, client}),
    onMessage: ({uuid, site}, message) => {
      responderService.wake();
      deps.webhooks.wake();
      messageService.emitVisitorMessage({uuid, siteKey: site.key, message});
    },
  });
  await scope.register(stopRoute, {prefix: '/api/messages', ...deps});
  const {arrivals: arrivalLimit, streams: streamLimit} = limits;
  await scope.register(eventRoutes, {
    prefix: EVENTS_PREFIX,
    ...{config, access, live, streamLimit, arrivalLimit},
  });
};

/** Registers the calls of accounts. The scope guards them. */
export const registerOwnerRoutes = async (
  scope: App,
  deps: RouteDeps & {console: ConsoleSettings; version: string},
): Promise<void> => {
  const {secrets} = deps.config;
  const signInLinks = new SignInLinks(secrets, deps.console);
  const mailHashKey = deriveKey(secrets[0], 'mail-counts');
  await scope.register(signInRoutes, {prefix: OWNER_PREFIX, ...deps, signInLinks, mailHashKey});
  await scope.register(accountRoutes, {prefix: `${OWNER_PREFIX}/account`, ...deps});
  const prefix = `${OWNER_PREFIX}/sites`;
  const getPublicConfig = createPublicConfig(deps.config, deps.version);
  await scope.register(ownerSiteRoutes, {prefix, ...deps, getPublicConfig});
  await scope.register(ownerFunnelRoute, {prefix, ...deps});
  await scope.register(ownerTrailRoute, {prefix, ...deps});
  await scope.register(peopleRoutes, {prefix, ...deps, signInLinks, mailHashKey});
  await scope.register(ownerEventRoutes, {
    prefix: `${OWNER_PREFIX}/events`,
    ...deps,
    ownerStreamLimit: deps.limits.ownerStreams,
  });
  await registerLeadRoutes(scope, deps);
};

const registerLeadRoutes = async (scope: App, deps: RouteDeps): Promise<void> => {
  const {config, sql, log} = deps;
  const leadDeps = {
    ...deps,
    documents: deps.leadDocuments,
    mailHashKey: deriveKey(config.secrets[0], 'mail-counts'),
    onMailStopped: () => {
      alertMailLimit({sql, log}, 'address');
    },
    onEnded: deps.triggerCleanup,
    onBroken: deps.alertError,
    pace: deps.downloadPace,
    exportLimit: createExportLimit(),
  };
  await scope.register(listRoutes, {prefix: `${OWNER_PREFIX}/leads`, ...leadDeps});
  await scope.register(leadRoutes, {prefix: `${OWNER_PREFIX}/leads`, ...leadDeps});
  await scope.register(leadChangeRoutes, {prefix: `${OWNER_PREFIX}/leads`, ...leadDeps});
  await scope.register(exportRoutes, {prefix: `${OWNER_PREFIX}/exports`, ...leadDeps});
  await scope.register(leadFileRoutes, {prefix: `${OWNER_PREFIX}/files`, ...leadDeps});
};

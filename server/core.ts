import {AbuseMonitor} from './abuse/monitor.js';
import {SlidingWindowCounter} from './abuse/sliding-window-counter.js';
import {DatabaseOutage} from './alerts/database-outage.js';
import type {AppDeps} from './app-deps.js';
import {BatchedAuditWriter, getAuditRowCounts} from './audit/store.js';
import {deriveKey} from './config/secrets.js';
import {RestoreGuard} from './database/restore-guard.js';
import {TransientEvents} from './events/transient-events.js';
import {Spool} from './files/spool.js';
import {Metrics} from './http/metrics.js';
import {SharedCounters} from './http/rate-limits.js';
import {createLimits} from './limits.js';
import {EventHub} from './live/hub.js';
import {ConfirmationLinks} from './mail/links.js';
import {MessageService} from './messages/message-service.js';
import {OwnerHub} from './owner/owner-hub.js';
import {Sites} from './sites/store.js';
import {Visits} from './visits/visits.js';
import {VisitorTokens} from './visits/token.js';

export type Core = ReturnType<typeof composeCore>;

/** Makes the objects that requests and background work share. */
export const composeCore = (deps: AppDeps) => {
  const {config, sql, backgroundSql, log} = deps;
  const signingKey = config.secrets[0];
  const visits = new Visits(sql, config.visit);
  const sites = new Sites(sql);
  const tokens = new VisitorTokens(config.secrets);
  const links = new ConfirmationLinks(config.secrets, config.publicUrl);
  const spool = new Spool(deps.spoolDir);
  const outage = new DatabaseOutage();
  const restoreGuard = new RestoreGuard({sql: backgroundSql, dataDir: config.dataDir, log});

  const attempts = new BatchedAuditWriter(sql);
  const counters = new SharedCounters(sql, deriveKey(signingKey, 'rate-limits'));
  const abuseCounter = new SlidingWindowCounter(sql, deriveKey(signingKey, 'watch'));
  const abuse = new AbuseMonitor({sql, attempts, log, counter: abuseCounter, counters});

  const transientEvents = new TransientEvents(sql);
  const messageService = new MessageService({sql, transientEvents, log});
  const pools = [sql, backgroundSql];
  const live = new EventHub({
    sql,
    pools,
    databaseUrl: deps.databaseUrl,
    transientEvents: transientEvents,
    log,
  });

  const ownerHub = new OwnerHub({sql, live, log});

  const metrics = new Metrics({
    restoreGuard,
    pools: {requests: sql, background: backgroundSql},
    queues: {audit: attempts, claims: visits, rate_limits: counters, watched: abuseCounter},
    live,
    writtenEvents: getAuditRowCounts,
  });
  const limits = createLimits(config, metrics);
  return {
    ...{
      abuse,
      attempts,
      messageService,
      counters,
      limits,
      links,
      live,
      metrics,
      ownerHub,
      transientEvents,
      outage,
    },
    ...{restoreGuard, sites, spool, tokens, visits},
  };
};

import path from 'node:path';

import type {AppDeps} from './app-deps.js';
import {AuditMaintenance} from './audit/maintenance.js';
import {Expiry} from './cleanup/expiry.js';
import {Reaper} from './cleanup/reaper.js';
import {Cleanup} from './cleanup/scheduler.js';
import {Sweep} from './cleanup/sweep.js';
import type {Core} from './core.js';
import {WIDGET} from './http/assets.js';
import {MailSender} from './mail/sender.js';
import {composeMail} from './notifications/compose-mail.js';
import {renderEvent} from './notifications/webhook-body.js';
import {OtherReleases} from './releases/other-releases.js';
import {OwnRelease} from './releases/own-release.js';
import {ResponderService} from './responders/service.js';
import {finishDelayedMail} from './sessions/delayed-confirmation.js';
import {PanelOpenCounter} from './sessions/panel-open-counter.js';
import {SeenOrigins} from './sites/seen-origins.js';
import {WebhookSender} from './webhooks/sender.js';

export type BackgroundWork = ReturnType<typeof composeBackgroundWork>;

/** Makes the jobs that run beside requests. Starts none of them. */
export const composeBackgroundWork = (deps: AppDeps, core: Core) => {
  const {config, sql, backgroundSql, objects, log} = deps;
  const {messageService, links, metrics, transientEvents, outage, restoreGuard, spool} = core;
  const background = {sql: backgroundSql, objects, config, log, outage};
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
  const responderService = new ResponderService({
    ...background,
    ...deps.answering,
    onMail,
    metrics,
    transientEvents,
    replyChannel: messageService,
  });
  const cleanup = new Cleanup({
    ...background,
    restoreGuard,
    reaper: new Reaper(background),
    sweep: new Sweep(background),
    sweepSpool: () => spool.sweep(),
    onDone: (part, report) => {
      metrics.countCleanup(part, report);
    },
    onFailed: (part) => {
      metrics.countCleanupFailure(part);
    },
  });
  const triggerCleanup = () => {
    cleanup.triggerSoon();
  };
  return {
    ...{responderService, cleanup, onMail, sender, triggerCleanup, webhooks},
    expiry: new Expiry(background),
    auditMaintenance: new AuditMaintenance({...background, restoreGuard: restoreGuard}),
    panelOpens: new PanelOpenCounter(backgroundSql, log),
    // Only the console shows origins.
    seenOrigins: config.console && new SeenOrigins(backgroundSql, log),
    release: new OwnRelease({sql: backgroundSql, log, folder: WIDGET}),
    otherReleases: new OtherReleases({
      ...{sql, log, releaseDays: config.widgetReleaseDays},
      folder: path.join(config.dataDir, 'releases'),
    }),
  };
};

/** Starts the jobs that poll. The database must be migrated. */
export const startJobs = (work: BackgroundWork): void => {
  const {sender, responderService, webhooks, cleanup, expiry, auditMaintenance} = work;
  for (const queue of [sender, responderService, webhooks]) queue.wake();
  for (const job of [cleanup, expiry, auditMaintenance]) job.start();
};

/** Stops all jobs, including those that requests start, and waits for the runs in progress. */
export const stopJobs = async (work: BackgroundWork): Promise<void> => {
  const {sender, responderService, webhooks, cleanup, expiry, auditMaintenance} = work;
  const queues = [sender, responderService, webhooks];
  const {panelOpens, seenOrigins, release} = work;
  const others = [cleanup, expiry, auditMaintenance, panelOpens, release];
  const origins = seenOrigins ? [seenOrigins] : [];
  await Promise.all([...queues, ...others, ...origins].map((job) => job.stop()));
};

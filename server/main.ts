#!/usr/bin/env node
import path from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';

import closeWithGrace from 'close-with-grace';
import type {FastifyBaseLogger} from 'fastify';

import {announceConsole} from './accounts/announce.js';
import {reportReplacedSecret} from './alerts/replaced-secret.js';
import {buildApp} from './app.js';
import type {RunningApp} from './app.js';
import {startJobs} from './background-work.js';
import {makeAuditPartitions} from './audit/partitions.js';
import {InvalidSettings, readConfig} from './config/config.js';
import type {Config} from './config/config.js';
import {PostgresNotStarted} from './database/embedded/not-started.js';
import {migrate} from './database/migrate.js';
import {toRefusal} from './database/refusal.js';
import {stopGracefully} from './graceful-stop.js';
import {createLog} from './log.js';
import {DevMailbox} from './mail/dev-mailbox.js';
import {exitWithParent} from './exit-with-parent.js';
import {openResources} from './resources.js';
import {UnusableBucket, WrongRegion} from './object-store/errors.js';
import type {Resources} from './resources.js';
import {ensureDemoSites} from './sites/demo-sites.js';
import {storeWordings} from './sites/wordings.js';

/** Time for the whole stop, because orchestrators kill a process after 30 s. */
const STOP_MS = 25_000;
/** Time for load balancers to notice the stop: they check readiness every few seconds. */
const NOTICE_MS = 5_000;
/** Time for open requests, including `NOTICE_MS`. The rest of `STOP_MS` is for background work. */
const REQUESTS_MS = 17_000;
const RETRY_MS = 1_000;

const start = async (config: Config): Promise<void> => {
  const log: FastifyBaseLogger = createLog(config.logLevel);
  for (const sentence of config.unknownSettings) log.warn(sentence);
  const resources = await openResources(config, {log, takeOwnership: true});
  const mailbox = config.mail.smtpUrl
    ? undefined
    : await DevMailbox.start(path.join(config.dataDir, 'mail'));
  const running = await buildApp({
    ...resources,
    config,
    mailbox,
    smtpUrl: config.mail.smtpUrl ?? (mailbox?.smtpUrl as string),
    log,
    spoolDir: path.join(config.dataDir, 'spool'),
  });
  let stopping = false;
  // A second signal ends the process immediately.
  closeWithGrace({delay: STOP_MS, logger: false}, async ({err}) => {
    stopping = true;
    if (err) log.fatal({err}, 'uncaught error; stopping');
    const noticeMs = config.production && !err ? NOTICE_MS : 0;
    await stopGracefully(running, {noticeMs, requestsMs: REQUESTS_MS});
    await mailbox?.stop();
    await resources.close();
  });
  exitWithParent(process.env, () => stopping);
  await running.app.listen({port: config.port, host: config.host});
  await startBackgroundJobs(config, resources, running, log, () => stopping);
  if (stopping) return;
  const aboutConsole = await announceConsole(resources.sql, config).catch((error: unknown) => {
    log.warn({err: error}, 'the start created no sign-in link');
    return undefined;
  });
  logReady(config, log, aboutConsole);
};

/** Prints plain text on a terminal and in development. Otherwise, logs JSON lines. */
const logReady = (
  {production, publicUrl}: Config,
  log: FastifyBaseLogger,
  aboutConsole: string | undefined,
): void => {
  if (production && !process.stdout.isTTY) {
    log.info({url: publicUrl}, 'ready');
    if (aboutConsole !== undefined) log.info(aboutConsole);
    return;
  }
  const texts = [`Maria Chat is ready: ${publicUrl}`, ...(aboutConsole ? [aboutConsole] : [])];
  process.stdout.write(`\n${texts.join('\n\n')}\n\n`);
};

/** Waits for the database, migrates it and starts the jobs, while the server already listens. */
const startBackgroundJobs = async (
  config: Config,
  {databaseUrl, sql, objects}: Resources,
  running: RunningApp,
  log: FastifyBaseLogger,
  isStopping: () => boolean,
): Promise<void> => {
  while (!isStopping()) {
    try {
      await migrate(databaseUrl);
      await makeAuditPartitions(sql);
      if (!config.production) await ensureDemoSites(sql, config.publicUrl);
      await storeWordings(sql);
      await reportReplacedSecret({sql, config, log});
      break;
    } catch (error) {
      const refusal = toRefusal(error, databaseUrl);
      if (!refusal) throw error;
      const {message, code, isTemporary} = refusal;
      if (!isTemporary) {
        log.fatal({code}, message);
        process.exit(1);
      }
      log.warn({code}, `${message} Waiting.`);
      await sleep(RETRY_MS);
    }
  }
  if (isStopping()) return;
  await running.release.start();
  running.markReady();
  startJobs(running);
  objects.check().catch((error: unknown) => {
    if (error instanceof UnusableBucket) {
      log.error(error.message);
      return;
    }
    log.warn(
      {err: error},
      error instanceof Error && error.cause instanceof WrongRegion
        ? error.cause.message
        : 'The storage does not respond. Check S3_ENDPOINT and S3_BUCKET.',
    );
  });
};

try {
  await start(readConfig(process.env));
} catch (error) {
  process.stderr.write(`${describeError(error)}\n`);
  process.exit(1);
}

function describeError(error: unknown): string {
  if (error instanceof InvalidSettings || error instanceof PostgresNotStarted) return error.message;
  const {code, message, stack} = error as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE')
    return `${message}\nAnother program uses this port. Set PORT to a free one.`;
  return stack ?? String(error);
}

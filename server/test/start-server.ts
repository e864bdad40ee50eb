import {randomBytes} from 'node:crypto';
import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';

import type {FastifyBaseLogger} from 'fastify';
import type {Test} from 'tap';

import {buildApp} from '../app.js';
import type {AppDeps, RunningApp} from '../app.js';
import {readConfig} from '../config/config.js';
import type {Config} from '../config/config.js';
import type {Sql} from '../database/sql.js';
import type {ObjectStore} from '../object-store/object-store.js';
import {createLog} from '../log.js';
import {openResources} from '../resources.js';
import {retryWhileDatabaseDown} from '../database/retry-while-down.js';
import {ensureDemoSites} from '../sites/demo-sites.js';
import {freePort} from './free-port.js';
import {startMailbox} from './mailbox.js';
import type {Mailbox} from './mailbox.js';
import {createTestBucket} from './test-bucket.js';
import {createMigratedDatabase} from './test-database.js';

export interface TestServer extends RunningApp {
  url: string;
  config: Config;
  sql: Sql;
  objects: ObjectStore;
  mailbox: Mailbox;
  /** Parsed lines of the log. */
  logLines: Record<string, unknown>[];
  dataDir: string;
}

export interface TestServerOptions {
  settings?: Record<string, string>;
  store?: 'disk' | 's3';
  /** Another server, whose database and files are shared. */
  beside?: TestServer;
  /** Whether the server replies to messages. Otherwise they wait for another replica. */
  repliesToMessages?: boolean;
  deps?: Partial<AppDeps>;
}

/** Starts a whole server on a free port, with a separate database, store and mailbox. */
export const startServer = async (
  t: Test,
  {
    settings = {},
    store = 'disk',
    beside,
    repliesToMessages = false,
    deps = {},
  }: TestServerOptions = {},
): Promise<TestServer> => {
  const port = await freePort();
  const dataDir = beside?.dataDir ?? (await temporaryFolder(t));
  const database = beside?.config.databaseUrl ?? (await createMigratedDatabase(t)).url;
  const mailbox = beside?.mailbox ?? (await startMailbox(t));
  const config = readConfig({
    PORT: String(port),
    DATA_DIR: dataDir,
    DATABASE_URL: database,
    SMTP_URL: mailbox.url,
    ADMIN_EMAIL: 'operator@example.com',
    SECRET_KEY: SECRET,
    RATE_LIMIT_PER_MINUTE: '10000',
    CLEANUP_INTERVAL_MINUTES: '0',
    LOG_LEVEL: 'debug',
    ...(store === 's3' && (await bucketSettings(t))),
    ...settings,
  });
  const logLines: Record<string, unknown>[] = [];
  const log: FastifyBaseLogger = createLog(config.logLevel, {
    write: (line: string) => logLines.push(JSON.parse(line) as Record<string, unknown>),
  });
  const opened = await openResources(config, {log, takeOwnership: false});
  const addSites = () => ensureDemoSites(opened.sql, config.publicUrl);
  await retryWhileDatabaseDown(addSites, START_MS);
  const running = await buildApp({
    ...opened,
    config,
    mailbox: undefined,
    smtpUrl: mailbox.url,
    log,
    spoolDir: path.join(dataDir, 'spool'),
    ...deps,
  });
  await running.app.listen({port, host: '127.0.0.1'});
  running.markReady();
  if (!repliesToMessages) await running.responderService.stop();
  t.teardown(async () => {
    await closeServer(running);
    await running.panelOpens.stop();
    await running.seenOrigins?.stop();
    await running.cleanup.stop();
    await running.expiry.stop();
    await running.sender.stop();
    await running.responderService.stop();
    await running.webhooks.stop();
    await running.release.stop();
    await opened.close();
  });
  const {sql, objects} = {...opened, ...deps};
  return {
    ...running,
    url: `http://localhost:${port}`,
    config,
    sql,
    objects,
    mailbox,
    logLines,
    dataDir,
  };
};

/** Closes the server. A client's unused open connection would delay that for a minute. */
const closeServer = async ({app}: RunningApp): Promise<void> => {
  const breakingOff = setTimeout(() => {
    app.server.closeAllConnections();
  }, CLOSE_MS);
  await app.close();
  clearTimeout(breakingOff);
};

/** Maximum time until the database accepts the first connection, as at a real start. */
const START_MS = 60_000;
const CLOSE_MS = 500;
const SECRET = randomBytes(32).toString('hex');

export const temporaryFolder = async (t: Test): Promise<string> => {
  const folder = await mkdtemp(path.join(tmpdir(), 'maria-test-'));
  t.teardown(() => rm(folder, {recursive: true, force: true}));
  return folder;
};

const bucketSettings = async (t: Test): Promise<Record<string, string>> => {
  const {bucket, endpoint, credentials} = await createTestBucket(t);
  return {
    S3_BUCKET: bucket,
    S3_ENDPOINT: endpoint,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
  };
};

import type {ChildProcess} from 'node:child_process';
import {existsSync, readFileSync} from 'node:fs';
import {mkdir, realpath} from 'node:fs/promises';
import path from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';

import {resolveRunAsUser} from './account.js';
import type {RunAsUser} from './account.js';
import {findBinaries} from './binaries.js';
import {DATABASE_USER, openCluster} from './cluster.js';
import type {Cluster} from './cluster.js';
import {launch, readLogTail} from './launch.js';
import {PostgresNotStarted} from './not-started.js';
import {findOwner, isAlive, writeOwner} from './owner.js';
import {findPostmaster, stopPostmaster} from './postmaster.js';
import type {Postmaster} from './postmaster.js';

export interface EmbeddedPostgres {
  /** URL with the password, on a loopback port. */
  url: string;
  /** True if the server was already running. */
  reused: boolean;
  /** Stops the server if this process owns it. */
  stop(): Promise<void>;
}

export interface EmbeddedOptions {
  /** Folder that contains nothing else. */
  dataDir: string;
  log: (line: string) => void;
  /**
   * True if this process becomes the owner of a running server and stops it later. Set by the Maria
   * Chat server, but not by CLI commands.
   */
  takeOwnership?: boolean;
  /** False only if losing the data does not matter. */
  fsync?: boolean;
}

/** Enough for crash recovery after a kill, which is the longest start. */
const START_MS = 60_000;
const PAUSE_MS = 20;
const ATTEMPTS = 5;

/** Starts the embedded PostgreSQL, or returns the one that already runs in the folder. */
export async function startEmbeddedPostgres(options: EmbeddedOptions): Promise<EmbeddedPostgres> {
  const {takeOwnership = false, fsync = true, log} = options;
  await mkdir(options.dataDir, {recursive: true, mode: 0o700});
  const directory = await realpath(options.dataDir);
  const account = await resolveRunAsUser(await findBinaries(), directory);
  const cluster = await openCluster(account, fsync);
  const {postmaster, reused} = await ensureRunning(account, cluster, fsync);
  const owned = takeOwnership || !reused;
  if (takeOwnership && reused) refuseSecondOwner(directory);
  if (takeOwnership) writeOwner(directory);
  const {pid, port} = postmaster;
  log(`PostgreSQL ${reused ? 'was running' : 'started'} in ${directory}, port ${port}`);

  // Only for unplanned exits. A planned exit waits in stop().
  const stopAtExit = () => signalIfOurs(account, cluster, pid);
  if (owned) process.once('exit', stopAtExit);
  return {
    url: `postgres://${DATABASE_USER}:${cluster.password}@127.0.0.1:${port}/postgres`,
    reused,
    async stop() {
      process.off('exit', stopAtExit);
      if (owned && mayStop(account)) await stopPostmaster(cluster.data, pid);
    },
  };
}

/** Starts the server unless it runs. If two processes start it, one of them finds it running. */
async function ensureRunning(account: RunAsUser, cluster: Cluster, fsync: boolean) {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const running = await untilReady(cluster.data);
    if (running) return {postmaster: running, reused: true};
    const child = await launch(account, cluster, fsync);
    const started = await untilReady(cluster.data, child);
    if (started) return {postmaster: started, reused: started.pid !== child.pid};
    // Another program may use the port now, or workers of a killed server may still run.
    await sleep(50 * 2 ** attempt);
  }
  throw new PostgresNotStarted(
    `PostgreSQL does not start in ${account.directory}. See its log:\n${await readLogTail(account)}`,
  );
}

/** Waits while a server is starting or stopping. Returns undefined if there is no server. */
async function untilReady(data: string, child?: ChildProcess): Promise<Postmaster | undefined> {
  const deadline = Date.now() + START_MS;
  while (Date.now() < deadline) {
    const found = await findPostmaster(data);
    if (found?.status === 'ready') return found;
    const isStarting = child && child.exitCode === null && child.signalCode === null;
    if (!found && !isStarting) return undefined;
    await sleep(PAUSE_MS);
  }
  throw new PostgresNotStarted(
    `PostgreSQL in ${data} is not ready after ${START_MS} ms. See postgres.log.`,
  );
}

/** Refuses a second server: the first to exit would stop PostgreSQL for both. */
function refuseSecondOwner(directory: string): void {
  const pid = findOwner(directory);
  if (pid === undefined || pid === process.pid) return;
  throw new PostgresNotStarted(
    `Another server (process ${pid}) uses the data folder ${path.dirname(directory)}. ` +
      'Set DATA_DIR to another folder, or set DATABASE_URL and S3_BUCKET to share the stored data.',
  );
}

/** Returns false if another process has adopted the server. */
const mayStop = ({directory}: RunAsUser): boolean =>
  [undefined, process.pid].includes(findOwner(directory));

function signalIfOurs(account: RunAsUser, {data}: Cluster, pid: number): void {
  const pidFile = path.join(data, 'postmaster.pid');
  const isRunning = existsSync(pidFile) && parseInt(readFileSync(pidFile, 'utf8')) === pid;
  if (isRunning && isAlive(pid) && mayStop(account)) process.kill(pid, 'SIGINT');
}

import {spawn} from 'node:child_process';
import type {ChildProcess} from 'node:child_process';
import {once} from 'node:events';
import {existsSync, readFileSync, statSync} from 'node:fs';
import {mkdir, open, readFile, realpath, rename} from 'node:fs/promises';
import type {FileHandle} from 'node:fs/promises';
import {createServer} from 'node:net';
import type {AddressInfo} from 'node:net';
import path from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';

import {postgresEnvironment, resolveRunAsUser} from './account.js';
import type {RunAsUser} from './account.js';
import {findBinaries} from './binaries.js';
import {DATABASE_USER, openCluster} from './cluster.js';
import type {Cluster} from './cluster.js';
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
const MAX_LOG_BYTES = 1_000_000;
const LOG_TAIL_CHARACTERS = 2_000;

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
    `PostgreSQL does not start in ${account.directory}. See its log:\n${await logTail(account)}`,
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

async function launch(account: RunAsUser, cluster: Cluster, fsync: boolean): Promise<ChildProcess> {
  const program = path.join(account.native, 'bin', 'postgres');
  const settings = Object.entries(await serverSettings(fsync));
  const [command, ...args] = [
    ...account.prefix,
    ...[program, '-D', cluster.data],
    ...settings.flatMap(([name, value]) => ['-c', `${name}=${value}`]),
  ];
  const output = await openLog(account);
  const child = spawn(command!, args, {
    cwd: '/',
    env: postgresEnvironment(),
    // Ctrl-C must not stop the database while this process still needs it.
    detached: true,
    stdio: ['ignore', output.fd, output.fd],
  });
  await once(child, 'spawn');
  await output.close();
  child.unref();
  return child;
}

async function serverSettings(fsync: boolean): Promise<Record<string, string | number>> {
  return {
    port: await freePort(),
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: 100,
    shared_buffers: '32MB',
    timezone: 'UTC',
    // Logs events of the server, but no statements or values: they contain personal data.
    log_min_messages: 'log',
    log_min_error_statement: 'panic',
    log_error_verbosity: 'terse',
    log_checkpoints: 'off',
    ...(!fsync && {fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off'}),
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const {port} = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

const logFile = (account: RunAsUser) => path.join(account.directory, 'postgres.log');

async function openLog(account: RunAsUser): Promise<FileHandle> {
  const file = logFile(account);
  const isLong = existsSync(file) && statSync(file).size > MAX_LOG_BYTES;
  if (isLong) await rename(file, `${file}.1`);
  return open(file, 'a', 0o600);
}

async function logTail(account: RunAsUser): Promise<string> {
  return (await readFile(logFile(account), 'utf8')).slice(-LOG_TAIL_CHARACTERS);
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

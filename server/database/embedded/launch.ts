import {spawn} from 'node:child_process';
import type {ChildProcess} from 'node:child_process';
import {once} from 'node:events';
import {existsSync, statSync} from 'node:fs';
import {open, readFile, rename} from 'node:fs/promises';
import type {FileHandle} from 'node:fs/promises';
import {createServer} from 'node:net';
import type {AddressInfo} from 'node:net';
import path from 'node:path';

import {postgresEnvironment} from './account.js';
import type {RunAsUser} from './account.js';
import type {Cluster} from './cluster.js';

const MAX_LOG_BYTES = 1_000_000;
const LOG_TAIL_CHARACTERS = 2_000;

/** Starts PostgreSQL on a free port. It is not ready yet. */
export async function launch(
  account: RunAsUser,
  cluster: Cluster,
  fsync: boolean,
): Promise<ChildProcess> {
  const program = path.join(account.native, 'bin', 'postgres');
  const settings = Object.entries(await getServerSettings(fsync));
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

async function getServerSettings(fsync: boolean): Promise<Record<string, string | number>> {
  return {
    port: await findFreePort(),
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

async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const {port} = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

const getLogFile = (account: RunAsUser) => path.join(account.directory, 'postgres.log');

async function openLog(account: RunAsUser): Promise<FileHandle> {
  const file = getLogFile(account);
  const isLong = existsSync(file) && statSync(file).size > MAX_LOG_BYTES;
  if (isLong) await rename(file, `${file}.1`);
  return open(file, 'a', 0o600);
}

/** Returns the end of the log, for an error message. */
export async function readLogTail(account: RunAsUser): Promise<string> {
  return (await readFile(getLogFile(account), 'utf8')).slice(-LOG_TAIL_CHARACTERS);
}

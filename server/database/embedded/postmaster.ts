import {readFile, readlink, realpath, rm} from 'node:fs/promises';
import path from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';

import {isAlive} from './owner.js';

/** Contents of `postmaster.pid`, a file that a running server writes. */
export interface Postmaster {
  pid: number;
  port: number;
  /** One of `starting`, `stopping` and `ready`. */
  status: string;
}

const FAST_SHUTDOWN = 'SIGINT';
const IMMEDIATE_SHUTDOWN = 'SIGQUIT';
const STOP_MS = 10_000;
const EXIT_GRACE_MS = 500;
const PAUSE_MS = 20;

/**
 * Returns the server that runs in this folder, or undefined. Deletes the file of a dead server if
 * another process has its number now: PostgreSQL would mistake that process for a running server.
 */
export async function findPostmaster(data: string): Promise<Postmaster | undefined> {
  const file = path.join(data, 'postmaster.pid');
  const lines = (await readIfExists(file))?.split('\n');
  const pid = Number(lines?.[0]);
  if (!lines || !(pid > 0) || !isAlive(pid)) return undefined;
  if (await isPostmasterOf(data, pid)) {
    return {pid, port: Number(lines[3]), status: lines[7]?.trim() ?? 'starting'};
  }
  await rm(file, {force: true});
  return undefined;
}

/** Tests if the process is the server of this data folder. Returns true if not on Linux. */
async function isPostmasterOf(data: string, pid: number): Promise<boolean> {
  if (process.platform !== 'linux') return true;
  const cwd = await readlink(`/proc/${pid}/cwd`).catch(() => undefined);
  if (cwd !== undefined) return cwd === (await realpath(data));
  // Root in a container cannot read the link of another user's process. The arguments have `-D`.
  return ((await readIfExists(`/proc/${pid}/cmdline`)) ?? '').split('\0').includes(data);
}

async function readIfExists(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    // A server that stops can delete its file at any moment.
    if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
}

/** Stops the server: fast (disconnects clients, flushes all data), or by force if that hangs. */
export async function stopPostmaster(data: string, pid: number): Promise<void> {
  for (const signal of [FAST_SHUTDOWN, IMMEDIATE_SHUTDOWN] as const) {
    if (!(await findPostmaster(data))) return;
    process.kill(pid, signal);
    if (await waitForExit(data, pid)) return;
  }
  throw new Error(`PostgreSQL (process ${pid}) does not stop. Stop that process by hand.`);
}

async function waitForExit(data: string, pid: number): Promise<boolean> {
  const deadline = Date.now() + STOP_MS;
  while ((await findPostmaster(data))?.pid === pid) {
    if (Date.now() > deadline) return false;
    await sleep(PAUSE_MS);
  }
  // The server deletes its file shortly before it exits. The wait is limited: in a container whose
  // first process reaps no orphans, the process number of an adopted server stays for ever.
  for (let waited = 0; waited < EXIT_GRACE_MS && isAlive(pid); waited += PAUSE_MS) {
    await sleep(PAUSE_MS);
  }
  return true;
}

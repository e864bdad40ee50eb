import {realpath, readlink, rm} from 'node:fs/promises';
import path from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';

import {readIfThere} from './embedded-account.js';
import {isAlive} from './embedded-cluster.js';

/** What a running server writes into `postmaster.pid`, line by line. */
export interface Postmaster {
  pid: number;
  port: number;
  /** `starting`, `stopping`, `ready`. */
  status: string;
}

const FAST_SHUTDOWN = 'SIGINT';
const IMMEDIATE_SHUTDOWN = 'SIGQUIT';
const STOP_MS = 10_000;
const EXIT_GRACE_MS = 500;
const PAUSE_MS = 20;

/**
 * The server at work in this folder, if there is one. A file left by a dead server is removed when
 * its number belongs to another process by now: PostgreSQL would take that one for its rival.
 */
export async function findPostmaster(data: string): Promise<Postmaster | undefined> {
  const file = path.join(data, 'postmaster.pid');
  const lines = (await readIfThere(file))?.split('\n');
  const pid = Number(lines?.[0]);
  if (!lines || !(pid > 0) || !isAlive(pid)) return undefined;
  if (await isPostmasterOf(data, pid)) {
    return {pid, port: Number(lines[3]), status: lines[7]?.trim() ?? 'starting'};
  }
  await rm(file, {force: true});
  return undefined;
}

/** A postmaster's working directory is its data folder. Where nobody can tell, it counts as one. */
async function isPostmasterOf(data: string, pid: number): Promise<boolean> {
  if (process.platform !== 'linux') return true;
  try {
    return (await readlink(`/proc/${pid}/cwd`)) === (await realpath(data));
  } catch (error) {
    // Another user's process, or one that has ended since.
    if (error instanceof Error && 'code' in error) return false;
    throw error;
  }
}

/** Ends the server: fast (clients are disconnected, all is flushed), by force if that hangs. */
export async function stopPostmaster(data: string, pid: number): Promise<void> {
  for (const signal of [FAST_SHUTDOWN, IMMEDIATE_SHUTDOWN] as const) {
    if (!(await findPostmaster(data))) return;
    process.kill(pid, signal);
    if (await ended(data, pid)) return;
  }
  throw new Error(`PostgreSQL (process ${pid}) does not stop.`);
}

async function ended(data: string, pid: number): Promise<boolean> {
  const deadline = Date.now() + STOP_MS;
  while ((await findPostmaster(data))?.pid === pid) {
    if (Date.now() > deadline) return false;
    await sleep(PAUSE_MS);
  }
  // It removes its file shortly before it ends. Waited for briefly: in a container whose first
  // process collects no orphans, the number of an adopted server stays for ever.
  for (let waited = 0; waited < EXIT_GRACE_MS && isAlive(pid); waited += PAUSE_MS) {
    await sleep(PAUSE_MS);
  }
  return true;
}

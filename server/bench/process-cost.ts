import {spawn} from 'node:child_process';
import type {ChildProcess} from 'node:child_process';
import {once} from 'node:events';
import {readFile, readdir} from 'node:fs/promises';
import {setTimeout as sleep} from 'node:timers/promises';
import {fileURLToPath} from 'node:url';

import type {Sql} from '../database/sql.js';
import {freePort} from '../test/free-port.js';

export interface Program {
  pid: number;
  url: string;
  /** Milliseconds from the start until the first response. */
  startMs: number;
  stop: () => Promise<void>;
}

export interface ProgramOptions {
  env?: Record<string, string>;
  /** Arguments for Node itself, before the program's file. */
  nodeArgs?: string[];
}

export const MAIN = fileURLToPath(new URL('../main.js', import.meta.url));
export const getRivalFile = (name: string) =>
  fileURLToPath(new URL(`rivals/${name}.js`, import.meta.url));
/**
 * Returns the file of a rival that has separate packages, which are installed beside its source.
 */
export const getInstalledRivalFile = (name: string) =>
  fileURLToPath(new URL(`../../../server/bench/rivals/${name}.mjs`, import.meta.url));

/** Length of the kernel's clock tick, on every platform that Node supports. */
const TICK_MS = 10;
const START_MS = 60_000;
const POLL_MS = 20;

const running = new Set<ChildProcess>();
// Also ends the programs when the process exits unexpectedly.
process.once('exit', () => {
  for (const child of running) child.kill('SIGTERM');
});

/** Runs a program on a free port. It is ready when it responds with any status but 503. */
export const startProgram = async (
  file: string,
  {env = {}, nodeArgs = []}: ProgramOptions = {},
): Promise<Program> => {
  const port = await freePort();
  const startedMs = performance.now();
  const child = spawn(process.execPath, [...nodeArgs, file], {
    env: {PATH: process.env['PATH'], NODE_NO_WARNINGS: '1', PORT: String(port), ...env},
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  running.add(child);
  const url = `http://127.0.0.1:${port}`;
  const stop = async () => {
    running.delete(child);
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGINT');
    await once(child, 'exit');
  };
  while (!(await isResponding(url))) {
    if (child.exitCode !== null) throw new Error(`${file} ended with ${child.exitCode}.`);
    if (performance.now() - startedMs > START_MS) {
      await stop();
      throw new Error(`${file} does not respond.`);
    }
    await sleep(POLL_MS);
  }
  return {pid: child.pid as number, url, startMs: performance.now() - startedMs, stop};
};

const isResponding = async (url: string): Promise<boolean> => {
  const response = await fetch(`${url}/readyz`).catch(() => undefined);
  await response?.body?.cancel();
  return response !== undefined && response.status !== 503;
};

/**
 * Starts the product as an operator does, with limits that a load from one IP address does not
 * reach.
 */
export const startProduct = (
  env: Record<string, string>,
  nodeArgs: string[] = [],
): Promise<Program> =>
  startProgram(MAIN, {
    nodeArgs,
    env: {RATE_LIMIT_PER_MINUTE: '1000000', CLEANUP_INTERVAL_MINUTES: '0', ...env},
  });

/**
 * Returns the fields of /proc/<pid>/stat after the name, which may contain spaces. The state is
 * number 0.
 */
const readStat = async (pid: number): Promise<number[]> => {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  return (stat.split(') ').at(-1) ?? '').split(' ').map(Number);
};

/** Returns the user and system time of all threads of a process. */
export const getCpuMs = async (pid: number): Promise<number> => {
  const fields = await readStat(pid);
  return ((fields[11] ?? 0) + (fields[12] ?? 0)) * TICK_MS;
};

/**
 * Returns the process id of the PostgreSQL server behind a connection, which runs on this machine.
 */
export const getPostmasterPid = async (sql: Sql): Promise<number> => {
  const [row] = await sql<{pid: number}[]>`select pg_backend_pid() as pid`;
  return (await readStat(row?.pid ?? 0))[1] ?? 0;
};

/**
 * Returns the processor time of PostgreSQL: of its running processes and of those that have ended.
 */
export const getPostgresCpuMs = async (postmaster: number): Promise<number> => {
  const own = await readStat(postmaster);
  let ticks = [11, 12, 13, 14].reduce((sum, i) => sum + (own[i] ?? 0), 0);
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    // The process may have ended since the folder was read.
    const fields = await readStat(Number(name)).catch(() => []);
    if (fields[1] === postmaster) ticks += (fields[11] ?? 0) + (fields[12] ?? 0);
  }
  return ticks * TICK_MS;
};

export const getResidentBytes = async (pid: number): Promise<number> => {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) * 1024;
};

/** Returns the highest memory use of a process while `work` runs. */
export const measurePeakBytes = async (pid: number, work: () => Promise<void>): Promise<number> => {
  let peak = await getResidentBytes(pid);
  const timer = setInterval(() => {
    getResidentBytes(pid).then(
      (bytes) => {
        peak = Math.max(peak, bytes);
      },
      () => undefined,
    );
  }, 50);
  try {
    await work();
  } finally {
    clearInterval(timer);
  }
  return peak;
};

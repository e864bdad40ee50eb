import {readFileSync} from 'node:fs';

const POLL_INTERVAL_MS = 500;

/** Returns the pid of a process's parent; undefined if it cannot be read from `/proc`. */
const getParent = (pid: number): string | undefined => {
  try {
    return /^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  } catch {
    return undefined;
  }
};

/** Returns the pids of the shell in which npm runs a script, and of npm. */
const ancestorPids = (): string => `${process.ppid} ${getParent(process.ppid)}`;

/** Pids when the module is loaded, because npm can end before the server has started. */
const INITIAL_ANCESTORS = ancestorPids();

/**
 * Sends SIGTERM to this process when the npm that started it has ended. A killed npm passes no
 * signal on. A developer whose editor or terminal kills npm would notice a server that stays: the
 * next `npm start` finds its port and its data folder in use.
 */
export const exitWithParent = (env: NodeJS.ProcessEnv, isStopping: () => boolean): void => {
  if (env['npm_lifecycle_event'] !== 'start') return;
  const timer = setInterval(() => {
    if (ancestorPids() === INITIAL_ANCESTORS) return;
    clearInterval(timer);
    // Ctrl-C reaches npm and this process. A second signal would end the process immediately.
    if (!isStopping()) process.kill(process.pid, 'SIGTERM');
  }, POLL_INTERVAL_MS);
  timer.unref();
};

import {readFileSync} from 'node:fs';

const POLL_INTERVAL_MS = 500;

/** Of a process, by the system's accounts; undefined where it keeps none that can be read. */
const getParent = (pid: number): string | undefined => {
  try {
    return /^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  } catch {
    return undefined;
  }
};

/** The shell that npm runs a script in, and npm. */
const ancestorPids = (): string => `${process.ppid} ${getParent(process.ppid)}`;

/** Noted at once: npm may be gone before everything has started. */
const FAMILY = ancestorPids();

/**
 * Ends the process, by the way of a SIGTERM, when the npm that started it has gone: npm that is
 * killed passes no signal on, and nobody would know what goes on running without a parent.
 */
export const exitWithParent = (env: NodeJS.ProcessEnv, isStopping: () => boolean): void => {
  if (env['npm_lifecycle_event'] !== 'start') return;
  const timer = setInterval(() => {
    if (ancestorPids() === FAMILY) return;
    clearInterval(timer);
    // Ctrl-C reaches all of them, and a second signal would leave no time to stop the rest.
    if (!isStopping()) process.kill(process.pid, 'SIGTERM');
  }, POLL_INTERVAL_MS);
  timer.unref();
};

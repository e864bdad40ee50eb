const LOOK_MS = 500;
/** Noted at once: npm may be gone before everything has started. */
const NPM = process.ppid;

/**
 * Ends the process, by the way of a SIGTERM, when the npm that started it has gone: npm that is
 * killed passes no signal on, and nobody would know what goes on running without a parent.
 */
export const endWithNpm = (env: NodeJS.ProcessEnv, isStopping: () => boolean): void => {
  if (env['npm_lifecycle_event'] !== 'start') return;
  const timer = setInterval(() => {
    if (process.ppid === NPM) return;
    clearInterval(timer);
    // Ctrl-C reaches both, and a second signal would leave no time to stop what is behind it.
    if (!isStopping()) process.kill(process.pid, 'SIGTERM');
  }, LOOK_MS);
  timer.unref();
};

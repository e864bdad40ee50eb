import {execFile} from 'node:child_process';
import {fileURLToPath} from 'node:url';
import {promisify} from 'node:util';

export interface LoadOptions {
  url: string;
  path: string;
  seconds: number;
  connections: number;
  /** Pause of each connection between two calls. */
  pauseMs?: number;
}

const run = promisify(execFile);
// dist/server/bench/ -> the script's source
const SCRIPT = fileURLToPath(new URL('../../../server/bench/validate-uuid.lua', import.meta.url));

/** Returns whether wrk is available. `npm run bench` installs it if possible. */
export const hasLoadGenerator = async (): Promise<boolean> => {
  try {
    await run('wrk', ['--version']);
  } catch (error) {
    // wrk prints its version and ends with exit code 1.
    return (error as NodeJS.ErrnoException).code !== 'ENOENT';
  }
  return true;
};

/** Calls validate-uuid with a load generator that is not Node. Throws if a call is rejected. */
export const runLoad = async ({url, path, seconds, connections, pauseMs = 0}: LoadOptions) => {
  const args = ['-t1', `-c${connections}`, `-d${seconds}s`, '--timeout', '10s', '-s', SCRIPT, url];
  const env = {...process.env, BENCH_PATH: path, BENCH_PAUSE_MS: String(Math.round(pauseMs))};
  const {stdout} = await run('wrk', args, {env});
  const refused = /Non-2xx.*: (\d+)|Socket errors: (.*)/.exec(stdout);
  if (refused) throw new Error(`Calls of ${url}${path} were rejected: ${refused[0]}.`);
  const requests = Number(/(\d+) requests in/.exec(stdout)?.[1]);
  return {requests, perSecond: Number(/Requests\/sec: +([\d.]+)/.exec(stdout)?.[1])};
};

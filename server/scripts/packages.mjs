import {spawn, spawnSync} from 'node:child_process';

const PRINT_INTERVAL_MS = 15_000;

/** True after the package lists were updated, which happens once in a run. */
let areListsFresh = false;

/**
 * Installs the Debian packages of missing programs, and first prints each with its reason. Each
 * entry has `what`, `packages` and `isThere()`. Returns the entries that are missing afterwards.
 */
export async function installMissing(wanted) {
  const missing = wanted.filter((entry) => !entry.isThere());
  if (missing.length === 0) return [];
  console.log('This run needs programs that are not installed:');
  for (const {what, packages} of missing) console.log(`  ${packages.join(' ')}  for ${what}`);
  const prefix = aptPrefix();
  if (!prefix) {
    console.log('apt-get is not available or requires a password. Install the packages yourself.');
    return missing;
  }
  console.log('Installing these Debian packages with apt-get.');
  areListsFresh ||= await apt(prefix, ['update', '-qq'], 'the package lists');
  for (const {packages} of missing) {
    const options = ['install', '-y', '-qq', '--no-install-recommends', ...packages];
    if (areListsFresh) await apt(prefix, options, packages.join(' '));
  }
  return missing.filter((entry) => !entry.isThere());
}

export function runs(program, args = ['--version']) {
  return spawnSync(program, args, {stdio: 'ignore'}).status === 0;
}

/** Reports tests that a run leaves out. Throws if `CI=true`. */
export function reportUntested(what, reason) {
  if (process.env.CI === 'true') throw new Error(`CI must run every test, but there is ${reason}.`);
  console.log(`\n*** ${what} IS NOT TESTED in this run: there is ${reason}. ***\n`);
  return reason;
}

function aptPrefix() {
  if (!runs('apt-get')) return undefined;
  if (process.getuid?.() === 0) return ['env'];
  return runs('sudo', ['-n', 'true']) ? ['sudo', '-n', 'env'] : undefined;
}

async function apt([program, ...prefix], args, what) {
  const startedMs = Date.now();
  const seconds = () => Math.round((Date.now() - startedMs) / 1000);
  const timer = setInterval(
    () => console.log(`apt-get: ${what}, ${seconds()} s ...`),
    PRINT_INTERVAL_MS,
  );
  const command = [...prefix, 'DEBIAN_FRONTEND=noninteractive', 'apt-get', ...args];
  const child = spawn(program, command, {stdio: ['ignore', 'ignore', 'inherit']});
  const status = await new Promise((resolve) => {
    child.once('error', () => resolve(1));
    child.once('close', resolve);
  });
  clearInterval(timer);
  console.log(`apt-get: ${what} ${status === 0 ? 'done' : 'FAILED'}, ${seconds()} s`);
  return status === 0;
}

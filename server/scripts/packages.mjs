import {spawn, spawnSync} from 'node:child_process';

const TOLD_EVERY_MS = 15_000;

/** The package lists are updated once in a run. */
let areListsFresh = false;

/**
 * Installs the Debian packages of what is missing, and first prints what and why. Each entry has
 * `what`, `packages` and `isThere()`. Returns the entries that are missing afterwards.
 */
export async function installMissing(wanted) {
  const missing = wanted.filter((one) => !one.isThere());
  if (missing.length === 0) return [];
  console.log('This run needs programs that are not installed:');
  for (const {what, packages} of missing) console.log(`  ${packages.join(' ')}  for ${what}`);
  const prefix = aptPrefix();
  if (!prefix) {
    console.log('apt-get is not available, or needs a password: install them yourself.');
    return missing;
  }
  console.log('They are Debian packages, installed now with apt-get.');
  areListsFresh ||= await apt(prefix, ['update', '-qq'], 'the package lists');
  for (const {packages} of missing) {
    const options = ['install', '-y', '-qq', '--no-install-recommends', ...packages];
    if (areListsFresh) await apt(prefix, options, packages.join(' '));
  }
  return missing.filter((one) => !one.isThere());
}

export function runs(program, args = ['--version']) {
  return spawnSync(program, args, {stdio: 'ignore'}).status === 0;
}

/** Reports at once what a run leaves out. With `CI=true` it throws instead. */
export function reportUntested(what, reason) {
  if (process.env.CI === 'true') throw new Error(`CI runs every test, but there is ${reason}.`);
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
    TOLD_EVERY_MS,
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

import {spawnSync} from 'node:child_process';

/** What there is to install is asked for once in a run. */
let areListsFresh = false;

/** Installs Debian packages where that is possible; says whether it did. */
export function installPackages(...packages) {
  const prefix = aptPrefix();
  if (!prefix) return false;
  console.log(`Installing ${packages.join(' ')} with apt-get (once, about a minute) ...`);
  const options = ['install', '-y', '-qq', '--no-install-recommends', ...packages];
  areListsFresh ||= apt(prefix, ['update', '-qq']);
  return areListsFresh && apt(prefix, options);
}

export function runs(program, args = ['--version']) {
  return spawnSync(program, args, {stdio: 'ignore'}).status === 0;
}

/** What a run leaves out is told at once and again in its closing line; CI leaves out nothing. */
export function sayAloud(what, reason) {
  if (process.env.CI === 'true') throw new Error(`CI runs every test, but there is ${reason}.`);
  console.log(`\n*** ${what} IS NOT TESTED in this run: there is ${reason}. ***\n`);
  return reason;
}

function aptPrefix() {
  if (!runs('apt-get')) return undefined;
  if (process.getuid?.() === 0) return ['env'];
  return runs('sudo', ['-n', 'true']) ? ['sudo', '-n', 'env'] : undefined;
}

function apt([program, ...prefix], args) {
  const command = [...prefix, 'DEBIAN_FRONTEND=noninteractive', 'apt-get', ...args];
  return spawnSync(program, command, {stdio: ['ignore', 'ignore', 'inherit']}).status === 0;
}

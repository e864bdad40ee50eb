import {execFile} from 'node:child_process';
import {chown, readdir, stat} from 'node:fs/promises';
import path from 'node:path';
import {promisify} from 'node:util';

import {PostgresNotStarted} from './not-started.js';

const run = promisify(execFile);

/** The account that PostgreSQL runs as, and the folders that it uses. */
export interface RunAsUser {
  /** First words of each command, if it must run as another user than this process. */
  prefix: string[];
  /** Owner of the data folder. Absent: the user of this process. */
  owner?: {uid: number; gid: number};
  /** Folder that contains PostgreSQL's `bin`. */
  native: string;
  /** Folder that contains the cluster. */
  directory: string;
}

/** User and group of the unprivileged account, equal in all current Linux distributions. */
const NOBODY = 65_534;
const AS_NOBODY = ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups'];
/**
 * Right to enter folders that only root can enter, such as a checkout in `/root`. Root has it in
 * containers too. Without `no_setuid_fixup`, access(2) ignores it, and `initdb` calls access(2).
 */
const ENTER_ALL_FOLDERS = [
  '--securebits=+no_setuid_fixup',
  '--inh-caps=+dac_override',
  '--ambient-caps=+dac_override',
];

/**
 * Returns the account for PostgreSQL, which refuses to run as root. Root uses an unprivileged one.
 * That account gets the right to enter all folders only if it cannot enter those it needs.
 */
export async function resolveRunAsUser(native: string, directory: string): Promise<RunAsUser> {
  if (process.getuid?.() !== 0) return {prefix: [], native, directory};
  const owner = {uid: NOBODY, gid: NOBODY};
  for (const prefix of [AS_NOBODY, [...AS_NOBODY, ...ENTER_ALL_FOLDERS]]) {
    const account = {prefix, owner, native, directory};
    if (!(await canRun(account))) continue;
    await chownRecursive(directory, owner);
    return account;
  }
  throw new PostgresNotStarted(
    'PostgreSQL does not run as root, and setpriv cannot run it as the user "nobody" here. ' +
      'Start as another user than root, or set DATABASE_URL to your own PostgreSQL server.',
  );
}

/** Tests if this account can run the programs and enter the folder. */
async function canRun(account: RunAsUser): Promise<boolean> {
  try {
    await runAs(account, path.join(account.native, 'bin', 'initdb'), ['--version']);
    await runAs(account, '/bin/sh', ['-c', 'cd "$0"', path.dirname(account.directory)]);
    return true;
  } catch {
    return false;
  }
}

/** Changes the owner of a folder and its contents. The folder comes last and marks completion. */
async function chownRecursive(directory: string, {uid, gid}: {uid: number; gid: number}) {
  if ((await stat(directory)).uid === uid) return;
  const inside = await readdir(directory, {recursive: true});
  for (const name of inside) await chown(path.join(directory, name), uid, gid);
  await chown(directory, uid, gid);
}

/** Runs a program as the account, and waits for its end. */
export async function runAs(account: RunAsUser, program: string, args: string[]): Promise<void> {
  const [command, ...rest] = [...account.prefix, program, ...args];
  await run(command!, rest, {cwd: '/', env: postgresEnvironment()});
}

/** Returns an environment without our variables: PG* would change the server, others are secret. */
export function postgresEnvironment(): NodeJS.ProcessEnv {
  return {PATH: process.env['PATH'], LC_ALL: 'C', TZ: 'UTC'};
}

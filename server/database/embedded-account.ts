import {execFile} from 'node:child_process';
import {createHash} from 'node:crypto';
import {
  access,
  chown,
  cp,
  mkdir,
  readFile,
  readdir,
  rename,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises';
import path from 'node:path';
import {promisify} from 'node:util';

const run = promisify(execFile);

/** Under which account PostgreSQL runs, and where that account finds what it needs. */
export interface RunAsUser {
  /** Goes before each command. */
  prefix: string[];
  /** Of the process; also whose files the data folder holds. Absent: ours. */
  ids?: {uid: number; gid: number};
  owner?: {uid: number; gid: number};
  /** The folder with PostgreSQL's `bin`. */
  native: string;
  /** The folder that holds the cluster. */
  directory: string;
}

/** Where a root user keeps what nobody else may read from a checkout below root's home. */
const STATE_FOLDER = '/var/lib/maria-chat';
const MOVED_TO = 'moved-to';

/**
 * PostgreSQL refuses to run as root, so root lends it the account `nobody`: for real, or within a
 * user namespace where `nobody` cannot read our folders, or from a folder that it can read.
 */
export async function resolveRunAsUser(native: string, directory: string): Promise<RunAsUser> {
  await mkdir(directory, {recursive: true, mode: 0o700});
  const plain = {prefix: [], native, directory};
  if (process.getuid?.() !== 0) return plain;

  const moved = await readIfThere(path.join(directory, MOVED_TO));
  if (moved) return moveTo(moved.trim(), native, await nobody());
  const accounts: RunAsUser[] = [await asNobody(plain), await inNamespace(plain)];
  for (const account of accounts) if (await works(account)) return chownRecursive(account);
  const elsewhere = path.join(STATE_FOLDER, shortHash(directory));
  const account = await moveTo(elsewhere, native, await nobody());
  await writeFile(path.join(directory, MOVED_TO), `${elsewhere}\n`);
  return account;
}

async function asNobody(plain: RunAsUser): Promise<RunAsUser> {
  const ids = await nobody();
  return {...plain, ids, owner: ids};
}

/** Inside, root's own files look like nobody's; outside they stay root's. */
async function inNamespace(plain: RunAsUser): Promise<RunAsUser> {
  const {uid, gid} = await nobody();
  const prefix = ['unshare', '--user', `--map-user=${uid}`, `--map-group=${gid}`];
  return {...plain, prefix, owner: {uid: 0, gid: 0}};
}

async function moveTo(directory: string, native: string, ids: {uid: number; gid: number}) {
  const version = await readFile(path.join(native, '..', 'package.json'), 'utf8');
  const copy = path.join(STATE_FOLDER, `postgres-${shortHash(native + version)}`);
  await mkdir(STATE_FOLDER, {recursive: true, mode: 0o755});
  await mkdir(directory, {recursive: true, mode: 0o700});
  await copyOnce(native, copy);
  const account = {prefix: [], ids, owner: ids, native: copy, directory};
  if (await works(account)) return chownRecursive(account);
  throw new Error(
    'PostgreSQL does not run as root, and the account nobody cannot run it either. ' +
      'Start as an ordinary user, or set DATABASE_URL to a PostgreSQL of your own.',
  );
}

async function copyOnce(from: string, to: string): Promise<void> {
  if (await exists(to)) return;
  const partial = `${to}.${process.pid}`;
  await cp(from, partial, {recursive: true, verbatimSymlinks: true});
  try {
    await rename(partial, to);
  } catch (error) {
    await rm(partial, {recursive: true});
    if (!(await exists(to))) throw error;
  }
}

/** Whether this account can run the programs and reach the folder, found out by doing it. */
async function works(account: RunAsUser): Promise<boolean> {
  try {
    await runAs(account, path.join(account.native, 'bin', 'initdb'), ['--version']);
    await runAs(account, '/bin/sh', ['-c', 'cd "$0"', path.dirname(account.directory)]);
    return true;
  } catch {
    return false;
  }
}

export async function runAs(account: RunAsUser, program: string, args: string[]): Promise<void> {
  const [command, ...rest] = [...account.prefix, program, ...args];
  await run(command!, rest, {...account.ids, cwd: '/', env: environment()});
}

/** Nothing of ours: PG* variables would change what the server does, others are secret. */
export function environment(): NodeJS.ProcessEnv {
  return {PATH: process.env['PATH'], LC_ALL: 'C', TZ: 'UTC'};
}

/** Makes it the owner of the folder and all it holds; the folder itself says whether that is done. */
async function chownRecursive(account: RunAsUser): Promise<RunAsUser> {
  const {owner, directory} = account;
  if (!owner || (await stat(directory)).uid === owner.uid) return account;
  const inside = await readdir(directory, {recursive: true});
  for (const name of inside) await chown(path.join(directory, name), owner.uid, owner.gid);
  await chown(directory, owner.uid, owner.gid);
  return account;
}

async function nobody(): Promise<{uid: number; gid: number}> {
  const users = await readFile('/etc/passwd', 'utf8');
  const fields = /^nobody:[^:]*:(\d+):(\d+):/m.exec(users);
  if (!fields) throw new Error('PostgreSQL does not run as root, and there is no account nobody.');
  return {uid: Number(fields[1]), gid: Number(fields[2])};
}

const shortHash = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 16);

export async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}

export async function readIfThere(file: string): Promise<string | undefined> {
  if (!(await exists(file))) return undefined;
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    // A server that ends takes its file away at any moment.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

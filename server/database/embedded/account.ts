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

/** The account that PostgreSQL runs as, and the folders that it uses. */
export interface RunAsUser {
  /** First words of each command, such as `unshare`. */
  prefix: string[];
  /** User and group of the process. Absent: those of this process. */
  ids?: {uid: number; gid: number};
  /** Owner of the data folder. Absent: the user of this process. */
  owner?: {uid: number; gid: number};
  /** Folder that contains PostgreSQL's `bin`. */
  native: string;
  /** Folder that contains the cluster. */
  directory: string;
}

/** Folder for root, if the unprivileged account cannot read a checkout below root's home. */
const STATE_FOLDER = '/var/lib/maria-chat';
const MOVED_TO = 'moved-to';
const OTHER_WAYS =
  'Start as another user than root, or set DATABASE_URL to your own PostgreSQL server.';

/**
 * Returns the account for PostgreSQL, which refuses to run as root. Root uses an unprivileged one.
 * If that cannot read our folders, root tries a user namespace, then a copy in another folder.
 */
export async function resolveRunAsUser(native: string, directory: string): Promise<RunAsUser> {
  await mkdir(directory, {recursive: true, mode: 0o700});
  const plain = {prefix: [], native, directory};
  if (process.getuid?.() !== 0) return plain;

  const moved = await readIfExists(path.join(directory, MOVED_TO));
  if (moved) return moveTo(moved.trim(), native, await idsOfNobody());
  const accounts: RunAsUser[] = [await asNobody(plain), await inNamespace(plain)];
  for (const account of accounts) if (await canRun(account)) return chownRecursive(account);
  const elsewhere = path.join(STATE_FOLDER, shortHash(directory));
  const account = await moveTo(elsewhere, native, await idsOfNobody());
  await writeFile(path.join(directory, MOVED_TO), `${elsewhere}\n`);
  return account;
}

async function asNobody(plain: RunAsUser): Promise<RunAsUser> {
  const ids = await idsOfNobody();
  return {...plain, ids, owner: ids};
}

/** Runs PostgreSQL in a user namespace, where root's files belong to the unprivileged account. */
async function inNamespace(plain: RunAsUser): Promise<RunAsUser> {
  const {uid, gid} = await idsOfNobody();
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
  if (await canRun(account)) return chownRecursive(account);
  throw new Error(
    'PostgreSQL does not run as root, and the account nobody cannot run it either. ' + OTHER_WAYS,
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

export async function runAs(account: RunAsUser, program: string, args: string[]): Promise<void> {
  const [command, ...rest] = [...account.prefix, program, ...args];
  await run(command!, rest, {...account.ids, cwd: '/', env: postgresEnvironment()});
}

/** Returns an environment without our variables: PG* would change the server, others are secret. */
export function postgresEnvironment(): NodeJS.ProcessEnv {
  return {PATH: process.env['PATH'], LC_ALL: 'C', TZ: 'UTC'};
}

/** Changes the owner of a folder and its contents. The folder comes last and marks completion. */
async function chownRecursive(account: RunAsUser): Promise<RunAsUser> {
  const {owner, directory} = account;
  if (!owner || (await stat(directory)).uid === owner.uid) return account;
  const inside = await readdir(directory, {recursive: true});
  for (const name of inside) await chown(path.join(directory, name), owner.uid, owner.gid);
  await chown(directory, owner.uid, owner.gid);
  return account;
}

async function idsOfNobody(): Promise<{uid: number; gid: number}> {
  const users = await readFile('/etc/passwd', 'utf8');
  const fields = /^nobody:[^:]*:(\d+):(\d+):/m.exec(users);
  if (!fields)
    throw new Error(
      `PostgreSQL does not run as root, and there is no account nobody. ${OTHER_WAYS}`,
    );
  return {uid: Number(fields[1]), gid: Number(fields[2])};
}

const shortHash = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 16);

export async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}

export async function readIfExists(file: string): Promise<string | undefined> {
  if (!(await exists(file))) return undefined;
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    // A server that stops can delete its file at any moment.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

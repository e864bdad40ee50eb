import {randomBytes} from 'node:crypto';
import {existsSync, readFileSync} from 'node:fs';
import {chown, mkdir, readdir, readFile, rename, rm, writeFile} from 'node:fs/promises';
import path from 'node:path';

import {runAs} from './account.js';
import type {RunAsUser} from './account.js';
import {PostgresNotStarted} from './not-started.js';
import {isAlive} from './owner.js';

export const DATABASE_USER = 'maria';

export interface Cluster {
  /** PostgreSQL's data folder. */
  data: string;
  password: string;
}

/**
 * Returns the cluster in the account's folder, and creates it if it is missing. A new cluster gets
 * its final name last: a crash leaves no incomplete one, and only one of two processes wins.
 */
export async function openCluster(account: RunAsUser, fsync: boolean): Promise<Cluster> {
  const home = path.join(account.directory, 'cluster');
  if (!existsSync(home)) {
    refuseMovedCluster(account.directory);
    await createCluster(account, home, fsync);
  }
  const password = await readFile(path.join(home, 'password'), 'utf8');
  return {data: path.join(home, 'data'), password};
}

/** Refuses a folder whose cluster is elsewhere: an empty database would look like lost data. */
function refuseMovedCluster(directory: string): void {
  const note = path.join(directory, 'moved-to');
  if (!existsSync(note)) return;
  const elsewhere = readFileSync(note, 'utf8').trim();
  throw new PostgresNotStarted(
    `The database of ${directory} is in ${elsewhere}: an earlier version moved it there. ` +
      `Stop Maria Chat, move ${path.join(elsewhere, 'cluster')} to ${directory}, and delete ${note}.`,
  );
}

async function createCluster(account: RunAsUser, home: string, fsync: boolean): Promise<void> {
  const {directory, native, owner} = account;
  await removeAbandoned(directory);
  const draft = path.join(directory, `new-${process.pid}-${randomBytes(4).toString('hex')}`);
  const passwordFile = path.join(draft, 'password');
  await mkdir(draft, {mode: 0o700});
  await writeFile(passwordFile, randomBytes(24).toString('base64url'), {mode: 0o600});
  if (owner) for (const file of [draft, passwordFile]) await chown(file, owner.uid, owner.gid);
  await runAs(account, path.join(native, 'bin', 'initdb'), [
    `--pgdata=${path.join(draft, 'data')}`,
    `--username=${DATABASE_USER}`,
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--locale=C',
    '--no-instructions',
    ...(fsync ? [] : ['--no-sync']),
  ]);
  try {
    await rename(draft, home);
  } catch (error) {
    // Another process was faster.
    await rm(draft, {recursive: true});
    if (!existsSync(home)) throw error;
  }
}

/** Deletes drafts of processes that no longer run. */
async function removeAbandoned(directory: string): Promise<void> {
  for (const name of await readdir(directory)) {
    const pid = /^new-(\d+)-/.exec(name)?.[1];
    if (pid && !isAlive(Number(pid))) await rm(path.join(directory, name), {recursive: true});
  }
}

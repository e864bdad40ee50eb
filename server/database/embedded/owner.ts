import {existsSync, readFileSync, writeFileSync} from 'node:fs';
import path from 'node:path';

/** File that names the Maria Chat server that must stop PostgreSQL. CLI commands write none. */
const getOwnerFile = (directory: string) => path.join(directory, 'owner');

/** Makes this process the owner of the PostgreSQL server in the folder. */
export function writeOwner(directory: string): void {
  writeFileSync(getOwnerFile(directory), identifyProcess(process.pid));
}

/** Returns the process id of the owner; undefined if it has ended or there is none. */
export function findOwner(directory: string): number | undefined {
  if (!existsSync(getOwnerFile(directory))) return undefined;
  const identity = readFileSync(getOwnerFile(directory), 'utf8');
  const pid = parseInt(identity);
  return isAlive(pid) && identity === identifyProcess(pid) ? pid : undefined;
}

/** Returns a process's number and, on Linux, its start time: process numbers are reused. */
function identifyProcess(pid: number): string {
  const stat = `/proc/${pid}/stat`;
  if (!existsSync(stat)) return String(pid);
  // The name, in brackets, can contain spaces. The start time is the 20th field after it (proc(5)).
  const start = readFileSync(stat, 'utf8').split(') ').at(-1)?.split(' ')[19];
  return `${pid} ${start ?? ''}`;
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

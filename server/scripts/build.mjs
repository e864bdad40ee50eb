// `node server/scripts/build.mjs [--if-stale]`: compiles the server, bundles the widget.
import {spawnSync} from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import {createRequire} from 'node:module';
import path from 'node:path';
import {fileURLToPath, pathToFileURL} from 'node:url';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const PACKAGES = ['package.json', 'package-lock.json'];

/** The two halves of a build, each with its sources and the stamp file that stores its time. */
const HALVES = [
  {
    sources: ['server', 'widget', 'tsconfig.json', ...PACKAGES],
    stamp: path.join(ROOT, 'dist', '.compiled'),
    make: compile,
  },
  {
    sources: [
      ...['widget', 'server/contract', 'rollup.config.mjs', ...PACKAGES],
      ...['bundle-files', 'console-bundle', 'custom-elements'].map(
        (name) => `server/scripts/${name}.mjs`,
      ),
    ],
    except: ['test', 'bench', 'gallery'],
    stamp: path.join(ROOT, 'dist', '.bundled'),
    make: () => runTool('rollup/dist/bin/rollup', ['-c', 'rollup.config.mjs']),
  },
];

/** Builds the given halves. Throws if a compiler finds an error. */
export function build(halves = HALVES) {
  for (const {stamp, make} of halves) {
    const startedAt = new Date();
    make();
    mkdirSync(path.dirname(stamp), {recursive: true});
    writeFileSync(stamp, '');
    // The time of the start, so that a file saved during the build is newer.
    utimesSync(stamp, startedAt, startedAt);
  }
}

function compile() {
  removeOrphans(path.join(ROOT, 'dist', 'server'), path.join(ROOT, 'server'));
  runTool('typescript/bin/tsc', ['-b']);
}

/** Builds those of the given halves whose sources have changed. */
export function buildIfStale(halves = HALVES) {
  const stale = halves.filter((half) => !isFresh(half));
  if (stale.length === 0) return;
  if (hasCompilers()) {
    console.error('Building the widget and the server: this takes about a minute.');
    return build(stale);
  }
  // Without development dependencies, the dist folder was built elsewhere and is used.
  if (existsSync(path.join(ROOT, 'dist', 'server', 'main.js'))) return;
  throw new Error(
    'There is no dist folder, and the compilers are not installed. Run ' +
      '`npm ci --include=dev && npm run build`, or copy a dist folder that was built elsewhere.',
  );
}

function isFresh({sources, except = [], stamp}) {
  if (!existsSync(stamp)) return false;
  const builtAt = statSync(stamp).mtimeMs;
  return sources.every((name) => !isNewer(path.join(ROOT, name), builtAt, except));
}

/**
 * Returns whether a file or folder changed after `time`. A folder's own time counts, because it
 * changes when a file is deleted, except if `node_modules` is in it: packages are not sources.
 */
function isNewer(file, time, except) {
  if (!existsSync(file)) return false;
  const found = statSync(file);
  if (!found.isDirectory()) return found.mtimeMs > time;
  const names = readdirSync(file);
  const sources = names.filter((name) => name !== 'node_modules' && !except.includes(name));
  if (!names.includes('node_modules') && found.mtimeMs > time) return true;
  return sources.some((name) => isNewer(path.join(file, name), time, except));
}

/** Deletes compiled files whose source was deleted; a deleted test would still run. */
function removeOrphans(compiled, source) {
  if (!existsSync(compiled)) return;
  for (const entry of readdirSync(compiled, {withFileTypes: true})) {
    const file = path.join(compiled, entry.name);
    if (entry.isDirectory()) {
      removeOrphans(file, path.join(source, entry.name));
      continue;
    }
    const stem = /^(.*)\.(js|d\.ts)(\.map)?$/.exec(entry.name)?.[1];
    if (stem && !existsSync(path.join(source, `${stem}.ts`))) rmSync(file);
  }
}

export function toolPath(name) {
  const [packageName, ...rest] = name.split('/');
  const manifest = createRequire(import.meta.url).resolve(`${packageName}/package.json`);
  return path.join(path.dirname(manifest), ...rest);
}

function hasCompilers() {
  return ['typescript', 'rollup'].every((name) =>
    existsSync(path.join(ROOT, 'node_modules', name)),
  );
}

function runTool(name, args) {
  const options = {cwd: ROOT, stdio: 'inherit'};
  const {status} = spawnSync(process.execPath, [toolPath(name), ...args], options);
  if (status !== 0)
    throw new Error(`${name} found errors. Correct the errors that are listed above.`);
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  try {
    if (process.argv.includes('--if-stale')) buildIfStale();
    else build();
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}

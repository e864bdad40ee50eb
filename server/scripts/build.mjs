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
const STAMP = path.join(ROOT, 'dist', '.built');
const SOURCES = ['server', 'widget', 'package.json', 'package-lock.json', 'tsconfig.json'];
const BUNDLER_CONFIG = 'rollup.config.mjs';

/** Throws when a compiler finds a fault. */
export function build() {
  const startedAt = new Date();
  removeOrphans(path.join(ROOT, 'dist', 'server'), path.join(ROOT, 'server'));
  runTool('typescript/bin/tsc', ['-b']);
  runTool('rollup/dist/bin/rollup', ['-c', BUNDLER_CONFIG]);
  mkdirSync(path.dirname(STAMP), {recursive: true});
  writeFileSync(STAMP, '');
  // Of the start: a file saved while the compilers ran is newer.
  utimesSync(STAMP, startedAt, startedAt);
}

export function buildIfStale() {
  if (isFresh()) return;
  if (hasCompilers()) return build();
  // Installed without the tools of development: what was built elsewhere is what runs here.
  if (existsSync(path.join(ROOT, 'dist', 'server', 'main.js'))) return;
  throw new Error(
    'There is no dist folder, and the compilers are not installed. Run `npm ci && npm run build` ' +
      'first, or copy dist from where it was built.',
  );
}

function isFresh() {
  if (!existsSync(STAMP)) return false;
  const builtAt = statSync(STAMP).mtimeMs;
  return [...SOURCES, BUNDLER_CONFIG].every((name) => !isNewer(path.join(ROOT, name), builtAt));
}

/**
 * A folder counts as well: its time changes when a file in it is deleted. Packages are no sources, so
 * their installation in a folder below does not make the build stale.
 */
function isNewer(file, time) {
  if (!existsSync(file)) return false;
  const found = statSync(file);
  if (!found.isDirectory()) return found.mtimeMs > time;
  const names = readdirSync(file);
  const sources = names.filter((name) => name !== 'node_modules');
  if (sources.length === names.length && found.mtimeMs > time) return true;
  return sources.some((name) => isNewer(path.join(file, name), time));
}

/** What was compiled from a source that has gone; a test, for instance, would still run. */
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
  if (status !== 0) throw new Error(`${name} found faults.`);
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

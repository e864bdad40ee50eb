// `npm run dev`: builds, starts, and does both again whenever a source changes.
import {spawn} from 'node:child_process';

import {ROOT, buildIfStale, toolPath} from './build.mjs';

try {
  buildIfStale();
} catch (error) {
  // The watchers below see the next version of the source.
  console.error(error.message);
}
const parts = [
  start(toolPath('typescript/bin/tsc'), '-b', '--watch', '--preserveWatchOutput'),
  start(
    toolPath('rollup/dist/bin/rollup'),
    '-c',
    'rollup.config.mjs',
    '--watch',
    '--no-watch.clearScreen',
  ),
  start('--watch', '--watch-preserve-output', 'dist/server/main.js'),
];

// Ctrl-C reaches the parts by itself; here it must not end us before them.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', stop);

function start(...args) {
  const part = spawn(process.execPath, args, {cwd: ROOT, stdio: 'inherit'});
  part.on('exit', stop);
  return part;
}

function stop() {
  for (const part of parts) if (part.exitCode === null) part.kill('SIGTERM');
}

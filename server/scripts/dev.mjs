// `npm run dev`: builds and starts the server, and does both again whenever a source changes.
import {spawn} from 'node:child_process';

import {ROOT, buildIfStale, toolPath} from './build.mjs';

try {
  buildIfStale();
} catch (error) {
  // The watchers below compile again after the next change.
  console.error(error.message);
}
const children = [
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

// Ctrl-C reaches the child processes directly; this process must not end before them.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', stop);

function start(...args) {
  const child = spawn(process.execPath, args, {cwd: ROOT, stdio: 'inherit'});
  child.on('exit', stop);
  return child;
}

function stop() {
  for (const child of children) if (child.exitCode === null) child.kill('SIGTERM');
}

import {execFile, spawn} from 'node:child_process';
import {once} from 'node:events';
import path from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {fileURLToPath} from 'node:url';
import {promisify} from 'node:util';

import {freePort} from '../test/free-port.js';
import {MEBIBYTE} from '../units.js';
import {ROUNDS, WITH_INSTALL} from './counts.js';
import {getResidentBytes, startProduct} from './process-cost.js';
import {atMost, median, notMeasured} from './row.js';
import type {Row} from './row.js';
import {temporaryFolder} from './temporary-folder.js';

const run = promisify(execFile);
// dist/server/bench/ -> the project
const PROJECT = fileURLToPath(new URL('../../../', import.meta.url));
const IDLE_AFTER_MS = 5_000;
const INSTALL_SECONDS = 60;
const PATIENCE_MS = 300_000;

/** Measures starts without any settings: with the embedded database and the default folders. */
export const measureStart = async (): Promise<Row[]> => {
  const firstMs: number[] = [];
  const laterMs: number[] = [];
  const idle: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const folder = await temporaryFolder();
    try {
      const first = await startProduct({DATA_DIR: folder.path});
      firstMs.push(first.startMs);
      await first.stop();
      const later = await startProduct({DATA_DIR: folder.path});
      laterMs.push(later.startMs);
      await sleep(IDLE_AFTER_MS);
      idle.push((await getResidentBytes(later.pid)) / MEBIBYTE);
      await later.stop();
    } finally {
      await folder.remove();
    }
  }
  return [
    atMost('first start on an empty DATA_DIR, in s', median(firstMs) / 1000, 5),
    atMost('later start, in s', median(laterMs) / 1000, 2),
    atMost('memory when idle, in MiB', median(idle), 150),
    await install(),
  ];
};

/** Runs the steps after a clone, with the packages in npm's cache. */
const install = async (): Promise<Row> => {
  const what = '`npm ci && npm start` until the demo page is there, in s';
  if (!WITH_INSTALL) return notMeasured(what, `at most ${INSTALL_SECONDS}`, 'BENCH_INSTALL=0');
  const folder = await temporaryFolder();
  const clone = path.join(folder.path, 'clone');
  const dataDir = path.join(folder.path, 'data');
  try {
    await run('git', ['clone', '--quiet', '--depth=1', `file://${PROJECT}`, clone]);
    const port = String(await freePort());
    const startedMs = performance.now();
    await run('npm', ['ci', '--prefer-offline', '--no-audit', '--no-fund'], {cwd: clone});
    const child = spawn('npm', ['start'], {
      cwd: clone,
      env: {...process.env, PORT: port, DATA_DIR: dataDir},
      stdio: ['ignore', 'ignore', 'inherit'],
      // npm does not forward signals to its child processes, so the whole group is stopped.
      detached: true,
    });
    const page = `http://127.0.0.1:${port}/`;
    while (!(await isThere(page)) && child.exitCode === null) {
      if (performance.now() - startedMs > PATIENCE_MS) break;
      await sleep(50);
    }
    const seconds = (performance.now() - startedMs) / 1000;
    const ended = child.exitCode === null ? once(child, 'exit') : undefined;
    if (ended) process.kill(-(child.pid as number), 'SIGINT');
    await ended;
    return atMost(what, ended ? seconds : NaN, INSTALL_SECONDS);
  } finally {
    await folder.remove();
  }
};

const isThere = async (url: string): Promise<boolean> => {
  const page = await fetch(url).catch(() => undefined);
  await page?.body?.cancel();
  return page?.ok ?? false;
};

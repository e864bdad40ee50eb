import {spawn} from 'node:child_process';
import {readFile, readdir} from 'node:fs/promises';
import path from 'node:path';
import {fileURLToPath} from 'node:url';

import t from 'tap';
import type {Test} from 'tap';

import {freePort} from './free-port.js';
import {temporaryFolder} from './start-server.js';
import {until} from './until.js';

// dist/server/test/ -> the project
const PROJECT = fileURLToPath(new URL('../../../', import.meta.url));
const READY_WITHIN_MS = 60_000;
const GONE_WITHIN_MS = 30_000;

interface Started {
  pid: number;
  /** Process ids of the server and its database. */
  pids: number[];
}

/** Runs `npm start` without its `prestart`, which would compile again. */
const npmStart = async (t: Test): Promise<Started> => {
  const dataDir = await temporaryFolder(t);
  const port = await freePort();
  const env = {
    PATH: process.env['PATH'],
    HOME: process.env['HOME'],
    PORT: String(port),
    DATA_DIR: dataDir,
    LOG_LEVEL: 'silent',
  };
  const child = spawn('npm', ['start', '--ignore-scripts'], {
    cwd: PROJECT,
    env,
    stdio: 'ignore',
    // A separate process group, as a terminal creates it.
    detached: true,
  });
  const pid = child.pid ?? 0;
  const ready = async () =>
    (await fetch(`http://localhost:${port}/readyz`).catch(() => undefined))?.ok ?? false;
  let pids: number[] = [];
  t.teardown(() => {
    for (const id of [pid, ...pids]) if (isAlive(id)) process.kill(id, 'SIGKILL');
  });
  await until(ready, READY_WITHIN_MS).finally(async () => {
    pids = await getDescendants(pid);
  });
  return {pid, pids};
};

/** Returns the ids of all processes below this one, read from `/proc`. */
const getDescendants = async (ancestor: number): Promise<number[]> => {
  const pids = (await readdir('/proc')).map(Number).filter((pid) => pid > 0);
  const rows = await Promise.all(pids.map(async (pid) => ({pid, parent: await getParent(pid)})));
  const below = (parent: number): number[] =>
    rows.filter((row) => row.parent === parent).flatMap(({pid}) => [pid, ...below(pid)]);
  return below(ancestor);
};

const getParent = async (pid: number): Promise<number> => {
  const status = await readFile(path.join('/proc', String(pid), 'status'), 'utf8').catch(() => '');
  return Number(/^PPid:\s+(\d+)/m.exec(status)?.[1] ?? 0);
};

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

for (const [signal, whom] of [
  ['SIGTERM', 'npm'],
  ['SIGKILL', 'npm'],
  ['SIGINT', 'all, as Ctrl-C sends it'],
] as const) {
  t.test(`no process of npm start remains after ${signal} to ${whom}`, async (t) => {
    const {pid, pids} = await npmStart(t);
    t.ok(pids.length >= 3, 'the server, the database and its processes run');

    process.kill(whom === 'npm' ? pid : -pid, signal);

    await until(() => !pids.some(isAlive), GONE_WITHIN_MS);
    t.notOk(pids.some(isAlive));
  });
}

t.test(
  'a build before the start is announced once; nothing is printed if there is none',
  async (t) => {
    const {buildIfStale} = (await import(path.join(PROJECT, 'server/scripts/build.mjs'))) as {
      buildIfStale: (halves: {sources: string[]; stamp: string; make: () => void}[]) => void;
    };
    const printed = t.capture(console, 'error');
    const folder = await temporaryFolder(t);
    let builds = 0;
    const halves = ['a', 'b'].map((name) => ({
      sources: ['package.json'],
      stamp: path.join(folder, name),
      make: () => {
        builds++;
      },
    }));

    buildIfStale(halves);
    t.match(printed(), [{args: [/^Building the widget and the server/]}]);
    buildIfStale(halves);
    t.same(printed(), []);
    t.equal(builds, 2);
  },
);

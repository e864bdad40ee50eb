import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';

import {CHROMIUM, FIREFOX, WEBKIT, locate, requireBrowser} from './browser.mjs';
import {installManifest} from './manifests.mjs';
import {installMissing, reportUntested, runs} from './packages.mjs';

const CEPH_PROGRAMS = ['ceph-mon', 'ceph-osd', 'radosgw', 'radosgw-admin', 'ceph-authtool'];

/** Programs that tests need. If the variable `missing` is set, those tests are left out. */
const PROGRAMS = {
  s3: {
    what: 'an S3 server (radosgw)',
    packages: ['ceph-mon', 'ceph-osd', 'radosgw', 'ceph-common'],
    isThere: () =>
      Boolean(process.env.TEST_S3_ENDPOINT) || CEPH_PROGRAMS.every((program) => runs(program)),
    missing: 'TEST_S3_MISSING',
  },
  scanner: {
    what: 'the virus scan',
    packages: ['clamav-daemon'],
    isThere: () => runs('clamd'),
    missing: 'TEST_SCANNER_MISSING',
  },
  proxy: {
    what: 'a deployment behind proxies',
    packages: ['caddy', 'nginx-light'],
    isThere: () => runs('caddy', ['version']) && runs('nginx', ['-v']),
    missing: 'TEST_PROXY_MISSING',
  },
  pooler: {
    what: 'a connection pooler',
    packages: ['pgbouncer'],
    isThere: () => runs('pgbouncer'),
    missing: 'TEST_POOLER_MISSING',
  },
  firefox: {...FIREFOX, missing: 'TEST_FIREFOX_MISSING'},
  webkit: {...WEBKIT, missing: 'TEST_WEBKIT_MISSING'},
};

/** Folders with npm packages that `npm ci` does not install. */
const MANIFESTS = {
  pages: 'server/test/cases',
  checkers: 'server/test/checkers',
  frameworks: 'examples/frameworks',
};

/** Skip reason of tests that belong to another command; they are not counted as skipped. */
export const ELSEWHERE = 'part of npm run test:all';

/**
 * Installs and starts the programs that the runs need, and returns the environment of their tests.
 * `stops` is filled as services start, so that an interrupted run can still stop them.
 */
export async function startForTests(runs, stops) {
  const needs = new Set(runs.flatMap(({needs}) => needs));
  const kinds = new Set(runs.map(({kind}) => kind));
  const hasBrowser = kinds.has('e2e') || kinds.has('widget');
  const required = Object.keys(PROGRAMS).filter((need) => needs.has(need));
  const missing = await installMissing([
    ...(hasBrowser ? [CHROMIUM] : []),
    ...required.map((need) => PROGRAMS[need]),
  ]);
  const env = {};
  const optional = new Set(runs.flatMap((run) => run.optional ?? []));
  for (const [need, program] of Object.entries(PROGRAMS)) {
    const isWanted = required.includes(need) || (optional.has(need) && program.isThere());
    if (!isWanted) env[program.missing] = ELSEWHERE;
    else if (missing.includes(program)) {
      const reason = `no program for ${program.what}: install ${program.packages.join(' ')}`;
      env[program.missing] = reportUntested(program.what.toUpperCase(), reason);
    }
  }
  if (hasBrowser) env.CHROME_PATH = requireBrowser();
  if (!env.TEST_FIREFOX_MISSING) env.FIREFOX_PATH = locate(FIREFOX);
  for (const [need, folder] of Object.entries(MANIFESTS))
    if (needs.has(need)) installManifest(folder);
  if (kinds.has('server') || kinds.has('e2e')) {
    Object.assign(env, await startDatabase(stops, {fsync: false}));
    if (!env.TEST_S3_MISSING) Object.assign(env, await startObjectStore(stops));
  }
  return env;
}

/** Starts the services of the benchmarks: a database that writes to the disk, and an S3 server. */
export async function startForBenchmarks(stops) {
  const missing = await installMissing([PROGRAMS.s3]);
  const database = await startDatabase(stops, {fsync: true});
  if (missing.length === 0) return {...database, ...(await startObjectStore(stops))};
  const reason = `no S3 server: install ${PROGRAMS.s3.packages.join(' ')}`;
  return {...database, TEST_S3_MISSING: reportUntested('S3', reason)};
}

async function startDatabase(stops, {fsync}) {
  if (process.env.TEST_DATABASE_URL) return {};
  const {startEmbeddedPostgres} = await import('../../dist/server/database/embedded/embedded.js');
  const folder = await mkdtemp(path.join(tmpdir(), 'maria-test-'));
  const dataDir = path.join(folder, 'database');
  const server = await startEmbeddedPostgres({dataDir, fsync, log: () => undefined});
  stops.push(async () => {
    await server.stop();
    await rm(folder, {recursive: true});
  });
  return {TEST_DATABASE_URL: server.url};
}

async function startObjectStore(stops) {
  if (process.env.TEST_S3_ENDPOINT) return {};
  const {startRadosgw} = await import('../../dist/server/test/radosgw.js');
  console.log('Starting an S3 server (radosgw), about 15 s ...');
  const store = await startRadosgw();
  stops.push(store.stop);
  return {
    TEST_S3_ENDPOINT: store.endpoint,
    TEST_S3_ACCESS_KEY: store.accessKey,
    TEST_S3_SECRET_KEY: store.secretKey,
  };
}

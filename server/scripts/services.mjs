import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';

import {installPackages, runs, sayAloud} from './packages.mjs';

const CEPH_PROGRAMS = ['ceph-mon', 'ceph-osd', 'radosgw', 'radosgw-admin', 'ceph-authtool'];
const CEPH_PACKAGES = ['ceph-mon', 'ceph-osd', 'radosgw', 'ceph-common'];

const SCANNER_PACKAGE = 'clamav-daemon';
const PROXY_PACKAGE = 'caddy';
const BUFFERING_PROXY_PACKAGE = 'nginx-light';

/**
 * One PostgreSQL and one S3 server for the whole run. `stops` is filled as they start, so that
 * whoever is interrupted halfway can still stop them. Measuring needs a database that
 * writes to the disk, and no scanner.
 */
export async function startServices(stops, {measuring = false} = {}) {
  if (!measuring) {
    requireScanner();
    requireProxy();
    requireBufferingProxy();
  }
  return {
    ...(await startDatabase(stops, {fsync: measuring})),
    ...(await startObjectStore(stops)),
  };
}

async function startDatabase(stops, {fsync}) {
  if (process.env.TEST_DATABASE_URL) return {};
  const {startEmbeddedPostgres} = await import('../../dist/server/database/embedded.js');
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
  if (!hasCeph()) {
    const reason = `no S3 server to test against: install ${CEPH_PACKAGES.join(' ')}`;
    return {TEST_S3_MISSING: sayAloud('S3', reason)};
  }
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

function hasCeph() {
  const areThere = () => CEPH_PROGRAMS.every((program) => runs(program));
  return areThere() || (installPackages(...CEPH_PACKAGES) && areThere());
}

/** The tests start it themselves, each with what it should find. */
function requireScanner() {
  if (runs('clamd')) return;
  if (!installPackages(SCANNER_PACKAGE) || !runs('clamd')) {
    sayAloud('THE VIRUS SCAN', `no scanner to test against: install ${SCANNER_PACKAGE}`);
  }
}

/** The one of examples/deploy, with its own file. */
function requireProxy() {
  const isThere = () => runs('caddy', ['version']);
  if (isThere()) return;
  if (!installPackages(PROXY_PACKAGE) || !isThere()) {
    sayAloud('THE DEPLOYMENT BEHIND A PROXY', `no proxy to test with: install ${PROXY_PACKAGE}`);
  }
}

/** One that holds back what it carries unless it is told not to, as many are set up. */
function requireBufferingProxy() {
  const isThere = () => runs('nginx', ['-v']);
  if (isThere()) return;
  if (!installPackages(BUFFERING_PROXY_PACKAGE) || !isThere()) {
    const reason = `no nginx to test with: install ${BUFFERING_PROXY_PACKAGE}`;
    sayAloud('LIVE EVENTS BEHIND A BUFFERING PROXY', reason);
  }
}

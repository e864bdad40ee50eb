// `npm run bench [name …]`: builds, starts the services, and compares every figure with its target.
import {spawn} from 'node:child_process';

import {findBrowser} from './browser.mjs';
import {ROOT, buildIfStale} from './build.mjs';
import {installManifest} from './manifests.mjs';
import {installMissing, runs} from './packages.mjs';
import {startForBenchmarks} from './services.mjs';

const LOAD_GENERATOR = {
  what: 'requests a second',
  packages: ['wrk'],
  isThere: () => runs('sh', ['-c', 'command -v wrk']),
};

const interrupted = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
  process.once(signal, () => interrupted.abort());

const stops = [];
let code = 1;
try {
  buildIfStale();
  installManifest('server/bench/rivals');
  const missing = await installMissing([LOAD_GENERATOR]);
  if (missing.length > 0)
    console.log('\n*** wrk is not installed: figures that need it are NOT MEASURED. ***\n');
  const services = await startForBenchmarks(stops);
  code = await measure({...services, ...(await browserEnv())});
} catch (error) {
  if (!interrupted.signal.aborted) console.error(error);
} finally {
  for (const stop of stops.reverse()) await stop();
}
process.exit(code);

async function browserEnv() {
  try {
    return {CHROME_PATH: await findBrowser()};
  } catch (error) {
    console.log(`\n*** Figures that need a browser are NOT MEASURED. ${error.message} ***\n`);
    return {};
  }
}

async function measure(env) {
  const {signal} = interrupted;
  if (signal.aborted) return 1;
  const bench = spawn(process.execPath, ['dist/server/bench/bench.js', ...process.argv.slice(2)], {
    cwd: ROOT,
    env: {...process.env, ...env, NODE_NO_WARNINGS: '1'},
    stdio: 'inherit',
  });
  signal.addEventListener('abort', () => bench.kill('SIGTERM'));
  return new Promise((resolve, reject) => {
    bench.once('error', reject);
    bench.once('close', (status) => resolve(status ?? 1));
  });
}

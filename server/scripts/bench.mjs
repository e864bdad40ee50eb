// `npm run bench [name …]`: builds, starts the services, and measures every figure against its bar.
import {spawn} from 'node:child_process';

import {findBrowser} from './browser.mjs';
import {ROOT, buildIfStale} from './build.mjs';
import {installPackages, runs} from './packages.mjs';
import {startServices} from './services.mjs';

const LOAD_GENERATOR = 'wrk';

const interrupted = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
  process.once(signal, () => interrupted.abort());

const stops = [];
let code = 1;
try {
  buildIfStale();
  if (!hasLoadGenerator()) {
    console.log(`\n*** No ${LOAD_GENERATOR} here: what needs it is NOT MEASURED. ***\n`);
  }
  const services = await startServices(stops, {measuring: true});
  code = await measure({...services, ...browserEnv()});
} catch (error) {
  if (!interrupted.signal.aborted) console.error(error);
} finally {
  for (const stop of stops.reverse()) await stop();
}
process.exit(code);

function hasLoadGenerator() {
  const isThere = () => runs('sh', ['-c', `command -v ${LOAD_GENERATOR}`]);
  return isThere() || (installPackages(LOAD_GENERATOR) && isThere());
}

function browserEnv() {
  try {
    return {CHROME_PATH: findBrowser()};
  } catch (error) {
    console.log(`\n*** What needs a browser is NOT MEASURED. ${error.message} ***\n`);
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

// `node server/scripts/test.mjs [server|widget|e2e] [name]`: all tests, or one kind of them, or one
// file of that kind, each against the real thing. The last line is the sum.
import {buildIfStale} from './build.mjs';
import {findBrowser, otherBrowsersEnv} from './browser.mjs';
import {startServices} from './services.mjs';
import {runTapTests} from './tap-tests.mjs';
import {runWidgetTests} from './widget-tests.mjs';

const SERVER_TESTS = 'dist/server/test';
const E2E_TESTS = 'dist/server/test/e2e';
const KINDS = {
  server: (context) => runTapTests(SERVER_TESTS, {...context, except: E2E_TESTS}),
  widget: runWidgetTests,
  e2e: (context) => runTapTests(E2E_TESTS, {...context, env: {...context.env, ...browserEnv()}}),
};

const interrupted = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
  process.once(signal, () => interrupted.abort());

const totals = {passed: 0, failed: 0, skipped: 0};
const stops = [];
try {
  const wanted = process.argv[2] ? [process.argv[2]] : Object.keys(KINDS);
  await runAll(wanted);
} catch (error) {
  console.error(error);
  totals.failed += 1;
} finally {
  for (const stop of stops.reverse()) await stop();
}
if (interrupted.signal.aborted) console.log('Interrupted.');
const skipped = totals.skipped > 0 ? `, ${totals.skipped} skipped` : '';
console.log(`\n${totals.passed} passed, ${totals.failed} failed${skipped}`);
const isGood = totals.passed > 0 && totals.failed === 0 && !interrupted.signal.aborted;
process.exit(isGood ? 0 : 1);

async function runAll(wanted) {
  const unknown = wanted.find((kind) => !(kind in KINDS));
  if (unknown) throw new Error(`${unknown}? There are ${Object.keys(KINDS).join(', ')}.`);
  buildIfStale();
  const needsServices = wanted.some((kind) => kind !== 'widget');
  const env = needsServices ? await startServices(stops) : {};
  for (const kind of wanted) {
    if (interrupted.signal.aborted) return;
    await runKind(kind, env);
  }
}

async function runKind(kind, env) {
  const startedMs = Date.now();
  console.log(`\n--- ${kind} tests`);
  const own = await KINDS[kind]({env, signal: interrupted.signal, only: process.argv[3]});
  for (const name of Object.keys(totals)) totals[name] += own[name];
  const seconds = Math.round((Date.now() - startedMs) / 1000);
  console.log(
    `--- ${kind}: ${own.passed} passed, ${own.failed} failed, ${own.skipped} skipped, ${seconds} s`,
  );
}

function browserEnv() {
  return {CHROME_PATH: findBrowser(), ...otherBrowsersEnv()};
}

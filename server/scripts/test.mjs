import {buildIfStale} from './build.mjs';
import {Progress} from './progress.mjs';
import {startForTests} from './services.mjs';
import {runTapTests} from './tap-tests.mjs';
import {KINDS, needsLeftOut, planNames, planPart} from './test-plan.mjs';
import {runWidgetTests} from './widget-tests.mjs';

const HELP = `npm test [-- [KIND] [NAME ...]]
    Runs the tests that need nothing but PostgreSQL (included) and Chromium.
    NAME  Run only the files with this name, such as uploads or e2e/keyboard.
    KIND  Run only this kind: ${KINDS.join(', ')}.
npm run test:all [-- [--rest] [KIND] [NAME ...]]
    Runs every test, and first installs what it needs.
    --rest  Run only what npm test leaves out.
npm run test:repeat FILE [TIMES]
    Runs one file 10 times while other programs keep all processors busy.`;

const interrupted = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
  process.once(signal, () => interrupted.abort());

const options = process.argv.slice(2).filter((word) => word.startsWith('-'));
const words = process.argv.slice(2).filter((word) => !word.startsWith('-'));
if (options.includes('--help')) {
  console.log(HELP);
  process.exit(0);
}

const totals = {passed: 0, failed: 0, skipped: 0};
const stops = [];
try {
  await runAll();
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

async function runAll() {
  const unknown = options.find((option) => !['--all', '--rest'].includes(option));
  if (unknown) throw new Error(`There is no option ${unknown}. See npm test -- --help.`);
  const part = options.includes('--rest') ? 'rest' : options.includes('--all') ? 'all' : 'core';
  const kinds = KINDS.includes(words[0]) ? [words.shift()] : KINDS;
  buildIfStale();
  const isNamed = words.length > 0;
  const runs = isNamed ? planNames(words, part, kinds) : planPart(part, kinds);
  const env = await startForTests(runs, stops);
  const progress = new Progress(runs.length);
  stops.push(async () => progress.stop());
  const context = {env, progress, isNamed, repeat, signal: interrupted.signal};
  const tap = runs.filter(({kind}) => kind !== 'widget');
  const widget = runs.filter(({kind}) => kind === 'widget');
  if (tap.length > 0) add(await runTapTests(tap, context));
  if (widget.length > 0 && !interrupted.signal.aborted) add(await runWidgetTests(widget, context));
  console.log(`${runs.length} files in ${progress.elapsed()} minutes.`);
  if (part === 'core' && !isNamed)
    console.log(`Not part of npm test: ${needsLeftOut().join(', ')}. Run npm run test:all.`);
}

function add(own) {
  for (const name of Object.keys(totals)) totals[name] += own[name];
}

/** Returns the command that runs exactly this file again. */
function repeat(id) {
  return options.length > 0 ? `npm run test:all -- ${id}` : `npm test -- ${id}`;
}

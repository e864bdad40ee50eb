import {buildIfStale} from './build.mjs';
import {startForTests} from './services.mjs';
import {KINDS, needsLeftOut, planNames, planPart} from './test-plan.mjs';
import {interruptSignal, runPlanned} from './test-run.mjs';

const HELP = `npm test [-- [KIND] [NAME ...]]
    Run the tests that need only PostgreSQL (included) and Chromium.
    NAME  Run only the files with this name, such as uploads or e2e/keyboard.
    KIND  Run only this kind: ${KINDS.join(', ')}.
npm run test:all [-- [--rest] [KIND] [NAME ...]]
    Run every test, after installing the programs that the tests need.
    --rest  Run only the tests that npm test leaves out.
npm run test:repeat FILE [TIMES]
    Run one file several times (default: 10) while other processes keep all processors busy.`;

const options = process.argv.slice(2).filter((word) => word.startsWith('-'));
const words = process.argv.slice(2).filter((word) => !word.startsWith('-'));
if (options.includes('--help')) {
  console.log(HELP);
  process.exit(0);
}

const signal = interruptSignal();
const stops = [];
let totals = {passed: 0, failed: 0, skipped: 0};
try {
  totals = await runAll();
} catch (error) {
  console.error(error);
  totals.failed += 1;
} finally {
  for (const stop of stops.reverse()) await stop();
}
if (signal.aborted) console.log('Interrupted.');
const skipped = totals.skipped > 0 ? `, ${totals.skipped} skipped` : '';
console.log(`\n${totals.passed} passed, ${totals.failed} failed${skipped}`);
process.exit(totals.passed > 0 && totals.failed === 0 && !signal.aborted ? 0 : 1);

async function runAll() {
  const unknown = options.find((option) => !['--all', '--rest'].includes(option));
  if (unknown) throw new Error(`There is no option ${unknown}. See npm test -- --help.`);
  const part = options.includes('--rest') ? 'rest' : options.includes('--all') ? 'all' : 'core';
  const kinds = KINDS.includes(words[0]) ? [words.shift()] : KINDS;
  buildIfStale();
  const isNamed = words.length > 0;
  const runs = isNamed ? planNames(words, part, kinds) : planPart(part, kinds);
  const env = await startForTests(runs, stops);
  const own = await runPlanned(runs, {env, isNamed, repeat, signal});
  if (part === 'core' && !isNamed)
    console.log(`Not part of npm test: ${needsLeftOut().join(', ')}. Run npm run test:all.`);
  return own;
}

/** Returns the command that runs only this file again. */
function repeat(id) {
  return options.length > 0 ? `npm run test:all -- ${id}` : `npm test -- ${id}`;
}

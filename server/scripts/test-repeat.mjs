// `npm run test:repeat FILE [TIMES]`: runs a test file many times on a busy machine, and prints how
// often it passed. Ends with 1 unless it always did.
import {spawn} from 'node:child_process';
import {cpus} from 'node:os';

import {buildIfStale} from './build.mjs';
import {startForTests} from './services.mjs';
import {planNames} from './test-plan.mjs';
import {interruptSignal, runPlanned} from './test-run.mjs';

const [name, times = '10'] = process.argv.slice(2);
const signal = interruptSignal();
const stops = [];
let passed = 0;
try {
  if (!name) throw new Error('Name a test file: npm run test:repeat FILE [TIMES]');
  buildIfStale();
  const runs = planNames([name], 'core');
  const env = await startForTests(runs, stops);
  stops.push(keepProcessorsBusy());
  const repeat = (id) => `npm run test:repeat ${id}`;
  for (let turn = 1; turn <= Number(times) && !signal.aborted; turn++) {
    const totals = await runPlanned(runs, {env, isNamed: true, repeat, signal});
    const isGood = totals.passed > 0 && totals.failed === 0;
    if (isGood) passed += 1;
    console.log(`Run ${turn} of ${times}: ${isGood ? 'passed' : 'FAILED'}`);
  }
  console.log(`\n${name} passed ${passed} of ${times} times.`);
} catch (error) {
  console.error(error);
} finally {
  for (const stop of stops.reverse()) await stop();
}
process.exit(passed === Number(times) ? 0 : 1);

/** The programs end with this one, even if it is killed. */
function keepProcessorsBusy() {
  const loop = 'const parent = process.ppid; while (process.ppid === parent);';
  const busy = cpus().map(() => spawn(process.execPath, ['-e', loop], {stdio: 'ignore'}));
  return async () => {
    for (const child of busy) child.kill();
  };
}

// `npm run test:repeat FILE [TIMES]`: runs a test file many times on a busy machine, and prints how
// often it passed. Exit code 0 if it always passed, else 1.
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
  if (!name) throw new Error('The test file is missing. Run npm run test:repeat FILE [TIMES].');
  buildIfStale();
  const runs = planNames([name], 'core');
  const env = await startForTests(runs, stops);
  stops.push(keepProcessorsBusy());
  const repeat = (id) => `npm run test:repeat ${id}`;
  for (let attempt = 1; attempt <= Number(times) && !signal.aborted; attempt++) {
    const totals = await runPlanned(runs, {env, isNamed: true, repeat, signal});
    const isGood = totals.passed > 0 && totals.failed === 0;
    if (isGood) passed += 1;
    console.log(`Run ${attempt} of ${times}: ${isGood ? 'passed' : 'FAILED'}`);
  }
  console.log(`\n${name} passed ${passed} of ${times} times.`);
} catch (error) {
  console.error(error);
} finally {
  for (const stop of stops.reverse()) await stop();
}
process.exit(passed === Number(times) ? 0 : 1);

/** Starts busy processes, which end with this process even if it is killed. */
function keepProcessorsBusy() {
  const loop = 'const parent = process.ppid; while (process.ppid === parent);';
  const busy = cpus().map(() => spawn(process.execPath, ['-e', loop], {stdio: 'ignore'}));
  return async () => {
    for (const child of busy) child.kill();
  };
}

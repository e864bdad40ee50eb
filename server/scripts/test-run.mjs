import {Progress} from './progress.mjs';
import {isApart, runTapTests} from './tap-tests.mjs';
import {runWidgetTests} from './widget-tests.mjs';

/** Runs planned files against running services, and returns the totals of their tests. */
export async function runPlanned(runs, context) {
  const progress = new Progress(runs.length);
  const totals = {passed: 0, failed: 0, skipped: 0};
  const add = async (run, own) => {
    if (own.length === 0 || context.signal.aborted) return;
    const found = await run(own, {...context, progress});
    for (const name of Object.keys(totals)) totals[name] += found[name];
  };
  const tap = runs.filter(({kind}) => kind !== 'widget');
  const widget = runs.filter(({kind}) => kind === 'widget');
  const together = tap.filter((run) => !isApart(run));
  try {
    await add(runTapTests, together);
    // The widget's tests have a backend of their own, which no stopped or busy server affects.
    await Promise.all([add(runTapTests, tap.filter(isApart)), add(runWidgetTests, widget)]);
  } finally {
    progress.stop();
  }
  console.log(
    `${runs.length} ${runs.length === 1 ? 'file' : 'files'} in ${progress.elapsed()} minutes.`,
  );
  return totals;
}

/** Returns a signal that Ctrl-C or SIGTERM aborts, so that the started services are stopped. */
export function interruptSignal() {
  const interrupted = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
    process.once(signal, () => interrupted.abort());
  return interrupted.signal;
}

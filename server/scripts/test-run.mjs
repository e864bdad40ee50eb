import {Progress} from './progress.mjs';
import {TapTests} from './tap-tests.mjs';
import {runWidgetTests} from './widget-tests.mjs';

/** Runs planned files against running services, and returns the totals of their tests. */
export async function runPlanned(runs, given) {
  const progress = new Progress(runs.length);
  const context = {...given, progress};
  const widget = runs.filter(({kind}) => kind === 'widget');
  const tap = new TapTests(
    runs.filter(({kind}) => kind !== 'widget'),
    context,
  );
  const totals = {passed: 0, failed: 0, skipped: 0};
  const add = (found) => {
    for (const name of Object.keys(totals)) totals[name] += found[name];
  };
  // Five files run concurrently, more than a small machine has processors: on average, a file waits
  // for more than half of its time. Two of them are the widget's, which have two windows, until
  // those are done.
  const runWidgetFirst = async () => {
    if (widget.length > 0) add(await runWidgetTests(widget, context));
    await Promise.all([tap.work(), tap.work()]);
  };
  const severalServers = {startsSeveralServers: true};
  try {
    await Promise.all([
      runWidgetFirst(),
      tap.work(severalServers),
      tap.work(severalServers),
      tap.work(),
    ]);
  } finally {
    progress.stop();
  }
  add(tap.finish());
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

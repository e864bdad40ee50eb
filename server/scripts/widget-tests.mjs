import path from 'node:path';

import {defaultReporter, startTestRunner} from '@web/test-runner';

import {bundleTests} from '../../widget/test/bundle.mjs';
import {ROOT} from './build.mjs';

const BUNDLES = path.join(ROOT, 'dist', 'widget-test');

/** Runs the widget's tests in real browsers, one browser after the other, and adds them up. */
export async function runWidgetTests(runs, context) {
  await bundleTests([...new Set(runs.map(({file}) => file))], BUNDLES);
  const totals = {passed: 0, failed: 0, skipped: 0};
  for (const browser of ['chromium', 'firefox']) {
    const own = runs.filter((run) => run.browser === browser);
    if (own.length > 0 && !context.signal.aborted) await runIn(browser, own, totals, context);
  }
  return totals;
}

async function runIn(browser, runs, totals, {env, signal, progress, repeat}) {
  if (browser === 'firefox' && env.TEST_FIREFOX_MISSING) {
    totals.skipped += runs.length;
    return;
  }
  const {widgetTestConfig} = await import('../../widget/web-test-runner.config.mjs');
  const bundleOf = ({file}) => path.join(BUNDLES, path.basename(file).replace(/\.ts$/, '.js'));
  const ids = new Map(runs.map((run) => [bundleOf(run), run.id]));
  const repeating = {
    reportTestFileResults: ({logger, sessionsForTestFile, testFile}) => {
      if (sessionsForTestFile.every(({passed}) => passed)) return;
      logger.log(
        `not ok: ${ids.get(testFile)} in ${browser}\n  repeat: ${repeat(ids.get(testFile))}`,
      );
    },
  };
  const runner = await startTestRunner({
    config: {
      ...widgetTestConfig(browser, env),
      files: [...ids.keys()],
      reporters: [defaultReporter({reportTestProgress: false}), repeating],
      staticLogging: true,
      watch: false,
    },
    readCliArgs: false,
    readFileConfig: false,
    autoExitProcess: false,
  });
  const follow = ({status, testFile}) => {
    const name = `${ids.get(testFile)} in ${browser}`;
    if (status === 'FINISHED') progress.end(name);
    else if (status !== 'SCHEDULED') progress.start(name);
  };
  for (const session of runner.sessions.all()) follow(session);
  runner.sessions.on('session-status-updated', follow);
  signal.addEventListener('abort', () => void runner.stop());
  await new Promise((resolve) => runner.on('stopped', resolve));
  for (const session of runner.sessions.all()) addSession(totals, session);
}

function addSession(totals, {testResults, errors, passed}) {
  const failedBefore = totals.failed;
  if (testResults) addSuite(totals, testResults);
  // For example, a module did not load and none of its tests ran.
  if (errors.length > 0 || (!passed && totals.failed === failedBefore)) totals.failed += 1;
}

function addSuite(totals, {suites, tests}) {
  for (const suite of suites) addSuite(totals, suite);
  for (const {passed, skipped} of tests) {
    if (skipped) totals.skipped += 1;
    else if (passed) totals.passed += 1;
    else totals.failed += 1;
  }
}

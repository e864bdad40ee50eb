import path from 'node:path';

import {startTestRunner} from '@web/test-runner';

import {findBrowser, firefoxEnv} from './browser.mjs';
import {ROOT} from './build.mjs';

/** Runs the widget's tests in real browsers and adds them up; the runner prints what fails. */
export async function runWidgetTests({only, signal}) {
  const {TEST_FIREFOX_MISSING: missing, ...firefox} = firefoxEnv();
  Object.assign(process.env, {CHROME_PATH: findBrowser()}, firefox);
  const config = await widgetConfig(only);
  const options = {config, readCliArgs: false, readFileConfig: false, autoExitProcess: false};
  const runner = await startTestRunner(options);
  signal.addEventListener('abort', () => void runner.stop());
  await new Promise((resolve) => runner.on('stopped', resolve));
  const totals = {passed: 0, failed: 0, skipped: 0};
  for (const session of runner.sessions.all()) addSession(totals, session);
  // All of them once more, in the browser that is not here.
  if (missing) totals.skipped += totals.passed + totals.failed;
  return totals;
}

async function widgetConfig(only) {
  const {default: config} = await import(path.join(ROOT, 'widget', 'web-test-runner.config.mjs'));
  const files = only ? [`widget/test/${only}.test.ts`] : config.files;
  return {rootDir: ROOT, ...config, files, watch: false};
}

function addSession(totals, {testResults, errors, passed}) {
  const failedBefore = totals.failed;
  if (testResults) addSuite(totals, testResults);
  // Such as a module that does not load: no test of it has run.
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

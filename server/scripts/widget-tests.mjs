import path from 'node:path';

import {startTestRunner} from '@web/test-runner';

import {findBrowser} from './browser.mjs';
import {ROOT} from './build.mjs';

/** Runs the widget's tests in a real browser and adds them up; the runner prints what fails. */
export async function runWidgetTests({signal}) {
  process.env.CHROME_PATH = findBrowser();
  const config = await widgetConfig();
  const options = {config, readCliArgs: false, readFileConfig: false, autoExitProcess: false};
  const runner = await startTestRunner(options);
  signal.addEventListener('abort', () => void runner.stop());
  await new Promise((resolve) => runner.on('stopped', resolve));
  const totals = {passed: 0, failed: 0, skipped: 0};
  for (const session of runner.sessions.all()) addSession(totals, session);
  return totals;
}

async function widgetConfig() {
  const {default: config} = await import(path.join(ROOT, 'widget', 'web-test-runner.config.mjs'));
  return {rootDir: ROOT, ...config, watch: false};
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

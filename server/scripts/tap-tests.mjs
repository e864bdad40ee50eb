import {spawn} from 'node:child_process';

import {Parser} from 'tap-parser';

import {ROOT} from './build.mjs';
import {ELSEWHERE} from './services.mjs';

const FILE_SECONDS = 600;
/** V8's threads can block the main thread for ever when a process ends (nodejs/node#54918). */
const NODE_OPTIONS = ['--enable-source-maps', '--single-threaded'];
/** Files that stop, kill and overload servers on purpose, which would disturb other tests. */
const ALONE = ['server/crash', 'server/drain', 'server/faults', 'server/model', 'server/replicas'];
/** Files that start several servers each: at most two of them run concurrently. */
const PAIRED = [
  'e2e/rolling-upgrade',
  'server/event-replicas',
  'server/rolling-restart',
  'server/topology',
];
/** More than the processors of a small machine, because most files mostly wait. */
const JOBS = 4;
const GRACE_SECONDS = 15;
const SLOW_FILE_SECONDS = 20;
const MAX_LINE_LENGTH = 500;
/** Limit for a file that is run by name: with many kills, the crash test runs for hours. */
const NAMED_FILE_SECONDS = 86_400;

/** True for a file that may not run beside the other files of servers. */
export const isApart = ({id}) => ALONE.includes(id) || PAIRED.includes(id);

/** Runs compiled test files, prints each failure as soon as it happens, and adds up the tests. */
export async function runTapTests(runs, context) {
  const isOneOf = (ids) => (run) => ids.includes(run.id);
  const results = [];
  for (const [group, jobs] of [
    [runs.filter((run) => !isApart(run)), JOBS],
    [runs.filter(isOneOf(PAIRED)), 2],
    [runs.filter(isOneOf(ALONE)), 1],
  ])
    results.push(...(await runGroup(group, jobs, context)));
  printSlowest(results);
  const sum = (name) => results.reduce((total, {totals}) => total + totals[name], 0);
  return {passed: sum('passed'), failed: sum('failed'), skipped: sum('skipped')};
}

async function runGroup(runs, jobs, context) {
  const waiting = [...runs];
  const results = [];
  const work = async () => {
    for (let run = waiting.shift(); run && !context.signal.aborted; run = waiting.shift()) {
      const {title = run.id} = run;
      context.progress.start(title);
      results.push(await runFile({...run, title}, context));
      context.progress.end(title);
    }
  };
  await Promise.all(Array.from({length: jobs}, work));
  return results;
}

/**
 * Runs a file as a separate process. tap's own runner would add loaders that our tests do not use
 * and that cost some seconds per file.
 */
async function runFile({id, title, file, env: own}, {env, isNamed, signal, repeat}) {
  const seconds = isNamed ? NAMED_FILE_SECONDS : FILE_SECONDS;
  const totals = {passed: 0, failed: 0, skipped: 0};
  if (own?.TEST_BROWSER === 'firefox' && env.TEST_FIREFOX_MISSING)
    return {title, totals: {...totals, skipped: 1}, time: 0};
  let isRepeatPrinted = false;
  const print = (names, result) => {
    printFailure([title, ...names], result);
    if (!isRepeatPrinted) console.log(`  repeat: ${repeat(id)}`);
    isRepeatPrinted = true;
  };
  const parser = new Parser();
  const root = follow(parser, [], {totals, print});
  const startedMs = Date.now();
  const child = spawn(process.execPath, [...NODE_OPTIONS, file], {
    cwd: ROOT,
    env: {...process.env, ...env, ...own, TAP: '1', TAP_TIMEOUT: String(seconds)},
    stdio: ['ignore', 'pipe', 'inherit'],
    signal,
  });
  // The exit code also reports an abort.
  child.on('error', () => undefined);
  const parsed = new Promise((resolve) => parser.once('complete', resolve));
  child.stdout.pipe(parser);
  const timer = setTimeout(() => child.kill('SIGKILL'), (seconds + GRACE_SECONDS) * 1000);
  const [exitCode, killed] = await new Promise((resolve) =>
    child.once('close', (...ending) => resolve(ending)),
  );
  clearTimeout(timer);
  const {ok} = await parsed;
  if (root.ownFailures > 0) totals.failed += 1;
  const hasTests = root.tests + root.ownFailures > 0;
  // Errors outside all tests: a file that does not load, or an uncaught exception.
  if (totals.failed === 0 && !signal.aborted && !(ok && exitCode === 0 && hasTests)) {
    print([], {diag: {exitCode, signal: killed, message: hasTests ? '' : 'The file ran no test.'}});
    totals.failed += 1;
  }
  return {title, totals, time: Date.now() - startedMs};
}

function printSlowest(results) {
  const seconds = ({time}) => Math.round(time / 1000);
  const slowest = results.filter((result) => seconds(result) >= SLOW_FILE_SECONDS);
  if (slowest.length === 0) return;
  const list = slowest
    .sort((a, b) => b.time - a.time)
    .map((result) => `${result.title} ${seconds(result)} s`);
  console.log(`Longest: ${list.join(', ')}`);
}

/**
 * Counts tests, not assertions; a test with tests inside is not counted itself. Prints each failed
 * assertion, and each failed test without a failed assertion, such as one that throws.
 */
function follow(parser, names, {totals, print}) {
  const state = {tests: 0, ownFailures: 0, hasFailedTest: false};
  let inner;
  parser.on('child', (child) => {
    inner = follow(child, [...names, child.name], {totals, print});
  });
  parser.on('assert', (result) => {
    const test = inner;
    inner = undefined;
    const isSkipped = Boolean(result.skip || result.todo);
    if (test || isSkipped) state.tests += 1;
    if (isSkipped) {
      if (result.skip && result.skip !== ELSEWHERE) totals.skipped += 1;
    } else if (result.ok) {
      if (test?.tests === 0) totals.passed += 1;
    } else if (!test) {
      state.ownFailures += 1;
      print([...names, result.name], result);
    } else {
      state.hasFailedTest = true;
      if (test.ownFailures === 0 && !test.hasFailedTest) print([...names, result.name], result);
      if (test.ownFailures > 0 || !test.hasFailedTest) totals.failed += 1;
    }
  });
  return state;
}

function printFailure(names, {diag}) {
  console.log(`\nnot ok: ${names.filter(Boolean).join(' > ')}`);
  const {diff, stack, at, found, wanted, message, expired, exitCode, signal} = diag ?? {};
  if (message) printLines(message);
  // Explanation that the test gave for its failure.
  if (diag?.explanation) printLines(diag.explanation);
  if (diff) printLines(diff);
  else if (found !== undefined) console.log('  found', found, 'wanted', wanted);
  if (stack) printLines(stack);
  else if (at) console.log(`  ${at.fileName}:${at.lineNumber}`);
  for (let cause = diag?.cause; cause; cause = cause.cause)
    printLines(`cause: ${cause.code ?? ''} ${cause.message ?? ''}`);
  if (expired) console.log(`  timed out: ${expired}`);
  if (exitCode ?? signal) console.log(`  exit code or signal: ${exitCode ?? signal}`);
}

function printLines(text) {
  for (const line of text.trimEnd().split('\n')) console.log(`  ${line.slice(0, MAX_LINE_LENGTH)}`);
}

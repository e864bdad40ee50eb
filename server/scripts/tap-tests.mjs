import {spawn} from 'node:child_process';

import {Parser} from 'tap-parser';

import {ROOT} from './build.mjs';
import {ELSEWHERE} from './services.mjs';

const FILE_SECONDS = 600;
/** These stop, kill and overload servers on purpose, which other tests would feel. */
const ALONE = ['server/crash', 'server/drain', 'server/faults', 'server/model', 'server/replicas'];
/** These start several servers each, which is enough for one machine: in pairs. */
const PAIRED = [
  'e2e/rolling-upgrade',
  'server/event-replicas',
  'server/rolling-restart',
  'server/topology',
];
/** More than a small machine has processors: most files wait for something. */
const JOBS = 4;
const GRACE_SECONDS = 15;
const SLOW_FILE_SECONDS = 20;
const MAX_LINE_LENGTH = 500;
/** For a file that was asked for by name: with enough kills the crash test runs for hours. */
const NAMED_FILE_SECONDS = 86_400;

/** Runs compiled test files, prints each failure as soon as it happens, and adds up the tests. */
export async function runTapTests(runs, context) {
  const isOneOf = (ids) => (run) => ids.includes(run.id);
  const results = [];
  for (const [group, jobs] of [
    [runs.filter((run) => !isOneOf([...ALONE, ...PAIRED])(run)), JOBS],
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
      context.progress.start(run.id);
      results.push(await runFile(run, context));
      context.progress.end(run.id);
    }
  };
  await Promise.all(Array.from({length: jobs}, work));
  return results;
}

/**
 * Runs a file as a separate program. The runner of tap would do the same, with loaders for what our
 * tests do not use, which cost each file some seconds.
 */
async function runFile({id, file, env: own}, {env, isNamed, signal, repeat}) {
  const seconds = isNamed ? NAMED_FILE_SECONDS : FILE_SECONDS;
  const totals = {passed: 0, failed: 0, skipped: 0};
  let isRepeatTold = false;
  const print = (names, result) => {
    printFailure([id, ...names], result);
    if (!isRepeatTold) console.log(`  repeat: ${repeat(id)}`);
    isRepeatTold = true;
  };
  const parser = new Parser();
  const root = follow(parser, [], {totals, print});
  const startedMs = Date.now();
  const child = spawn(process.execPath, ['--enable-source-maps', file], {
    cwd: ROOT,
    env: {...process.env, ...env, ...own, TAP: '1', TAP_TIMEOUT: String(seconds)},
    stdio: ['ignore', 'pipe', 'inherit'],
    signal,
  });
  // An abort is also reported by how the program ends.
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
  // Errors that no single test has failed with: a file that does not load, an uncaught exception.
  if (totals.failed === 0 && !signal.aborted && !(ok && exitCode === 0 && hasTests)) {
    print([], {diag: {exitCode, signal: killed, message: hasTests ? '' : 'It ran no test.'}});
    totals.failed += 1;
  }
  return {id, totals, time: Date.now() - startedMs};
}

function printSlowest(results) {
  const seconds = ({time}) => Math.round(time / 1000);
  const slowest = results.filter((one) => seconds(one) >= SLOW_FILE_SECONDS);
  if (slowest.length === 0) return;
  const list = slowest.sort((a, b) => b.time - a.time).map((one) => `${one.id} ${seconds(one)} s`);
  console.log(`Longest: ${list.join(', ')}`);
}

/**
 * Counts tests, not assertions: a test without tests in it is one. Prints each failure where it
 * happens: an assertion, or a test in which no assertion has failed, such as one that throws.
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
  // A test's own account of its failure.
  if (diag?.explanation) printLines(diag.explanation);
  if (diff) printLines(diff);
  else if (found !== undefined) console.log('  found', found, 'wanted', wanted);
  if (stack) printLines(stack);
  else if (at) console.log(`  ${at.fileName}:${at.lineNumber}`);
  if (expired) console.log(`  ${expired} did not end in time`);
  if (exitCode ?? signal) console.log(`  ended with ${exitCode ?? signal}`);
}

function printLines(text) {
  for (const line of text.trimEnd().split('\n')) console.log(`  ${line.slice(0, MAX_LINE_LENGTH)}`);
}

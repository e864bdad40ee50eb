import {spawn} from 'node:child_process';

import {Parser} from 'tap-parser';

import {ROOT} from './build.mjs';
import {ELSEWHERE} from './services.mjs';

const FILE_SECONDS = 600;
/** V8's threads can block the main thread for ever when a process ends (nodejs/node#54918). */
const NODE_OPTIONS = ['--enable-source-maps', '--single-threaded'];
/**
 * Files that start, stop and kill several servers each. At most two of them run concurrently. They
 * are first, because they are the longest: a long last file would run alone.
 */
const SEVERAL_SERVERS = [
  'e2e/rolling-upgrade',
  'server/event-replicas',
  'server/faults',
  'server/crash',
  'server/rolling-restart',
  'server/topology',
  'server/drain',
  'server/replicas',
  'server/model',
];
const GRACE_SECONDS = 15;
const SLOW_FILE_SECONDS = 20;
const MAX_LINE_LENGTH = 500;
/** Limit for a file that is run by name: with many kills, the crash test runs for hours. */
const NAMED_FILE_SECONDS = 86_400;

/** Queue of compiled test files. Several workers can run its files concurrently. */
export class TapTests {
  #several;
  #others;
  #context;
  #results = [];

  constructor(runs, context) {
    this.#several = SEVERAL_SERVERS.flatMap((id) => runs.filter((run) => run.id === id));
    this.#others = runs.filter(({id}) => !SEVERAL_SERVERS.includes(id));
    this.#context = context;
  }

  /** Runs files until none is left. */
  async work({startsSeveralServers = false} = {}) {
    const {progress, signal} = this.#context;
    const next = () => (startsSeveralServers && this.#several.shift()) || this.#others.shift();
    for (let run = next(); run && !signal.aborted; run = next()) {
      const {title = run.id} = run;
      progress.start(title);
      this.#results.push(await runFile({...run, title}, this.#context));
      progress.end(title);
    }
  }

  /** Prints the longest files, and returns the totals of all tests. */
  finish() {
    printSlowest(this.#results);
    const sum = (name) => this.#results.reduce((total, {totals}) => total + totals[name], 0);
    return {passed: sum('passed'), failed: sum('failed'), skipped: sum('skipped')};
  }
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

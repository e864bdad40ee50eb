import {spawn} from 'node:child_process';
import {existsSync, readdirSync} from 'node:fs';
import path from 'node:path';

import {Parser} from 'tap-parser';

import {ROOT} from './build.mjs';

const FILE_SECONDS = 300;
/** These stop, kill and overload parts on purpose: beside others they would measure their neighbours. */
const ALONE = ['crash', 'drain', 'faults', 'model', 'replicas'];
/** These start several servers each, which is enough for one machine: in pairs of their own. */
const PAIRED = ['event-replicas', 'rolling-restart', 'topology'];
const GRACE_SECONDS = 15;
const SLOW_FILE_SECONDS = 20;
/** Who asks for one file waits for it: with enough kills the crash test runs for hours. */
const ONLY_FILE_SECONDS = 86_400;

/** Runs compiled test files; prints what fails and adds up the tests. */
export async function runTapTests(folder, {env, except, only, signal}) {
  const files = testFiles(folder)
    .filter((file) => !except || !file.startsWith(except))
    .filter((file) => !only || path.basename(file) === `${only}.test.js`);
  const isOneOf = (names) => (file) => names.includes(path.basename(file, '.test.js'));
  const isBeside = (file) => !isOneOf([...ALONE, ...PAIRED])(file);
  const totals = {passed: 0, failed: 0, skipped: 0};
  for (const [group, jobs] of [
    [files.filter(isBeside), 2],
    [files.filter(isOneOf(PAIRED)), 2],
    [files.filter(isOneOf(ALONE)), 1],
  ]) {
    const own = await runTap(group, jobs, {env, only, signal});
    for (const name of Object.keys(totals)) totals[name] += own[name];
  }
  return totals;
}

async function runTap(files, jobs, {env, only, signal}) {
  const seconds = only ? ONLY_FILE_SECONDS : FILE_SECONDS;
  const waiting = [...files];
  const root = {results: [], children: new Map()};
  const work = async () => {
    for (let file = waiting.shift(); file && !signal.aborted; file = waiting.shift()) {
      const {result, tests} = await runFile(file, {...process.env, ...env}, seconds, signal);
      root.results.push(result);
      root.children.set(result, tests);
    }
  };
  await Promise.all(Array.from({length: jobs}, work));
  const totals = add(root, []);
  printSlowest(root.results);
  return totals;
}

/**
 * As a program of its own. The library's runner would do the same, with loaders for what our tests
 * do not use, which cost each file some seconds.
 */
async function runFile(file, env, seconds, signal) {
  const parser = new Parser();
  const tests = follow(parser);
  const startedMs = Date.now();
  const child = spawn(process.execPath, ['--enable-source-maps', file], {
    cwd: ROOT,
    env: {...env, TAP: '1', TAP_TIMEOUT: String(seconds)},
    stdio: ['ignore', 'pipe', 'inherit'],
    signal,
  });
  // An abort is also told by how it ends.
  child.on('error', () => undefined);
  const parsed = new Promise((resolve) => parser.once('complete', resolve));
  child.stdout.pipe(parser);
  // Whoever does not stop at its own limit is stopped.
  const timer = setTimeout(() => child.kill('SIGKILL'), (seconds + GRACE_SECONDS) * 1000);
  const [exitCode, killed] = await new Promise((resolve) =>
    child.once('close', (...ending) => resolve(ending)),
  );
  clearTimeout(timer);
  const {ok} = await parsed;
  const diag = {exitCode: exitCode || undefined, signal: killed ?? undefined};
  const isGood = ok && exitCode === 0 && tests.results.length > 0;
  const result = {name: file, ok: isGood, time: Date.now() - startedMs, diag};
  return {result, tests};
}

function printSlowest(results) {
  const seconds = ({time}) => Math.round((time ?? 0) / 1000);
  const slowest = results.filter((one) => seconds(one) >= SLOW_FILE_SECONDS);
  if (slowest.length === 0) return;
  const list = slowest
    .sort((a, b) => b.time - a.time)
    .map((one) => `${path.basename(one.name, '.test.js')} ${seconds(one)} s`);
  console.log(`Took longest: ${list.join(', ')}`);
}

function testFiles(folder) {
  if (!existsSync(path.join(ROOT, folder))) return [];
  return readdirSync(path.join(ROOT, folder), {recursive: true})
    .filter((name) => name.endsWith('.test.js'))
    .map((name) => path.join(folder, name))
    .sort();
}

/** The results as a tree: files, their tests, tests within tests, assertions. */
function follow(parser) {
  const node = {results: [], children: new Map()};
  let child;
  parser.on('child', (inner) => (child = follow(inner)));
  parser.on('assert', (result) => {
    node.results.push(result);
    if (child) node.children.set(result, child);
    child = undefined;
  });
  return node;
}

/**
 * Counts tests, not assertions: a subtest without subtests of its own is one. What fails outside of
 * them (a file that does not load, a time limit) counts as one failure.
 */
function add(node, names) {
  const totals = {passed: 0, failed: 0, skipped: 0};
  for (const result of node.results) {
    const own = countResult(result, node.children.get(result), [...names, result.name]);
    for (const name of Object.keys(totals)) totals[name] += own[name];
  }
  return totals;
}

function countResult(result, child, names) {
  const none = {passed: 0, failed: 0, skipped: 0};
  if (result.skip) return {...none, skipped: 1};
  if (child?.children.size > 0) {
    const totals = add(child, names);
    if (result.ok || totals.failed > 0) return totals;
    print(names, result);
    return {...totals, failed: 1};
  }
  if (result.ok) return child ? {...none, passed: 1} : none;
  const reasons = child?.results.filter(({ok}) => !ok) ?? [];
  for (const reason of reasons) print([...names, reason.name], reason);
  if (reasons.length === 0) print(names, result);
  return {...none, failed: 1};
}

function print(names, {diag, fullname}) {
  console.log(`\nnot ok: ${names.join(' > ') || fullname}`);
  const {diff, stack, at, found, wanted, message, expired, exitCode, signal} = diag ?? {};
  if (message) console.log(`  ${message}`);
  if (diff) console.log(diff.replace(/^/gm, '  '));
  else if (found !== undefined) console.log('  found', found, 'wanted', wanted);
  if (stack) console.log(stack.replace(/^/gm, '  '));
  else if (at) console.log(`  ${at.fileName}:${at.lineNumber}`);
  if (expired) console.log(`  ${expired} did not end in time`);
  if (exitCode ?? signal) console.log(`  ended with ${exitCode ?? signal}`);
}

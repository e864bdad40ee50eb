import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {fileURLToPath} from 'node:url';

import {CRASH_KILLS} from './counts.js';
import type {Row} from './row.js';

// dist/server/bench/ -> the project
const PROJECT = fileURLToPath(new URL('../../../', import.meta.url));
const KILLS_WANTED = 1_000;

/**
 * Runs tests that kill processes and cut connections. Each gets one row instead of a measurement.
 */
export const hardRuns = async (): Promise<Row[]> => {
  const crashed = await runTest('crash', {CRASH_KILLS: String(CRASH_KILLS)});
  const failed = await runTest('faults', {LATE_MS: '2000'});
  return [
    {
      what: 'kill -9 under load with each store: nothing acknowledged lost, nothing left over',
      figure: `${crashed.summary}; ${CRASH_KILLS} kills of ${KILLS_WANTED}`,
      target: `holds over ${KILLS_WANTED} kills`,
      isMet: crashed.isGood && CRASH_KILLS >= KILLS_WANTED,
    },
    {
      what: 'PostgreSQL, the store and the mail server away: answers and return within 2 s, nothing lost',
      figure: failed.summary,
      target: 'every test of it',
      isMet: failed.isGood,
    },
  ];
};

/** Runs a test with separate services, because it disturbs them and would affect other benches. */
const runTest = async (name: string, more: Record<string, string> = {}) => {
  const env = Object.entries(process.env).filter(([key]) => !key.startsWith('TEST_'));
  const child = spawn(process.execPath, ['server/scripts/test.mjs', 'server', name], {
    cwd: PROJECT,
    env: {...Object.fromEntries(env), ...more},
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  const [code] = (await once(child, 'close')) as [number | null];
  const summary = output.trimEnd().split('\n').at(-1) ?? '';
  // A test that was skipped because no S3 server is available proves nothing.
  const isGood = code === 0 && !summary.includes('skipped');
  if (!isGood) process.stderr.write(output);
  return {isGood, summary};
};

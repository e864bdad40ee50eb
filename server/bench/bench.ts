// `npm run bench [name …]` compares every figure to its limit, both from this run. The exit code is
// 1 unless all limits are met.
import {measureAuditWrites} from './audit-writes.js';
import {measurePageCost} from './before-opening.js';
import {measureEvents} from './events.js';
import {measureMemoryGrowth} from './growth.js';
import {hardRuns} from './hard-runs.js';
import {measureLeads} from './leads.js';
import {measureLookUps} from './look-up.js';
import {notMeasured} from './row.js';
import type {Row} from './row.js';
import {measureSessionCalls} from './session-calls.js';
import {measureStart} from './start.js';
import {measureUploadCost} from './upload-cost.js';
import {measureSweep} from './sweep.js';
import {measureUploadMemory} from './upload-memory.js';
import {measureWidgetWeight} from './widget-weight.js';

export type {Row} from './row.js';

const BENCHES: {name: string; run: () => Promise<Row[]>}[] = [
  {name: 'widget-weight', run: measureWidgetWeight},
  {name: 'before-opening', run: measurePageCost},
  {name: 'start', run: measureStart},
  {name: 'session-calls', run: measureSessionCalls},
  {name: 'look-up', run: measureLookUps},
  {name: 'audit-writes', run: measureAuditWrites},
  {name: 'upload-cost', run: measureUploadCost},
  {name: 'upload-memory', run: measureUploadMemory},
  {name: 'events', run: measureEvents},
  {name: 'growth', run: measureMemoryGrowth},
  {name: 'leads', run: measureLeads},
  {name: 'sweep', run: measureSweep},
  {name: 'hard-runs', run: hardRuns},
];

const wanted = process.argv.slice(2);
const names = BENCHES.map(({name}) => name);
const unknown = wanted.find((name) => !names.includes(name));
if (unknown !== undefined) {
  process.stderr.write(`${unknown}? There are ${names.join(', ')}.\n`);
  process.exit(1);
}

// The exit handlers stop child processes. A signal without a handler would leave them running.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.once(signal, () => {
    process.exit(1);
  });
}

const verdict = ({kind, isMet}: Row): string => {
  if (kind === 'comparison') return '';
  return kind ?? (isMet ? 'met' : 'not met');
};

const print = (row: Row): void => {
  const bar = row.kind === 'comparison' ? '' : `  (bar: ${row.target})`;
  process.stdout.write(`${verdict(row).padEnd(12)}  ${row.what}: ${row.figure}${bar}\n`);
};

const rows: Row[] = [];
for (const {name, run} of BENCHES) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  process.stdout.write(`\n${name}\n`);
  const own = await run().catch((error: unknown) => {
    process.stderr.write(`${(error as Error).stack ?? String(error)}\n`);
    return [notMeasured(name, 'a complete run', `it failed: ${(error as Error).message}`)];
  });
  own.forEach(print);
  rows.push(...own);
}

const count = (which: string) => rows.filter((row) => verdict(row) === which).length;
process.stdout.write(
  `\n${count('met')} met, ${count('not met')} not met, ${count('not measured')} not measured\n`,
);
process.exitCode = rows.every(({isMet}) => isMet) ? 0 : 1;

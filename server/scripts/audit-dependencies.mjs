// `node server/scripts/audit-dependencies.mjs`: fails when a package that runs in production has a
// known vulnerability of weight. A registry that answers no audits is said aloud, and is no failure.
import {spawnSync} from 'node:child_process';

import {ROOT} from './build.mjs';

const GRAVE = ['high', 'critical'];

const {stdout} = spawnSync('npm', ['audit', '--omit=dev', '--json'], {
  cwd: ROOT,
  encoding: 'utf8',
  shell: process.platform === 'win32',
});
const report = readReport(stdout);
if (!report?.vulnerabilities) {
  console.log(`*** DEPENDENCIES ARE NOT AUDITED: ${report?.message ?? 'no answer'} ***`);
  process.exit(0);
}
const found = Object.values(report.vulnerabilities);
const grave = found.filter(({severity}) => GRAVE.includes(severity));
for (const {name, severity, range} of found) console.log(`${severity}: ${name} ${range}`);
console.log(`${found.length} known vulnerabilities, ${grave.length} of them high or critical`);
process.exit(grave.length === 0 ? 0 : 1);

function readReport(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

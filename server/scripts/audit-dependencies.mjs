// `node server/scripts/audit-dependencies.mjs`: fails if a production dependency has a known high
// or critical vulnerability. A registry without audits is reported, and is not a failure.
import {spawnSync} from 'node:child_process';

import {ROOT} from './build.mjs';

const SEVERE_LEVELS = ['high', 'critical'];

const {stdout} = spawnSync('npm', ['audit', '--omit=dev', '--json'], {
  cwd: ROOT,
  encoding: 'utf8',
  shell: process.platform === 'win32',
});
const report = readReport(stdout);
if (!report?.vulnerabilities) {
  console.log(`*** DEPENDENCIES ARE NOT AUDITED: ${report?.message ?? 'no response'} ***`);
  process.exit(0);
}
const found = Object.values(report.vulnerabilities);
const severe = found.filter(({severity}) => SEVERE_LEVELS.includes(severity));
for (const {name, severity, range} of found) console.log(`${severity}: ${name} ${range}`);
console.log(`${found.length} known vulnerabilities, ${severe.length} of them high or critical`);
process.exit(severe.length === 0 ? 0 : 1);

function readReport(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

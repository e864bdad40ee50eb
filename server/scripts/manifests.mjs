// `node server/scripts/manifests.mjs FOLDER`: installs the packages of a manifest that is not part
// of `npm ci` (page cases, framework examples, benchmarks), and prints their folder.
import {spawnSync} from 'node:child_process';
import {createHash} from 'node:crypto';
import {existsSync, readFileSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {pathToFileURL} from 'node:url';

import {ROOT} from './build.mjs';

/** Installs the packages of a folder's manifest unless they are installed. Returns node_modules. */
export function installManifest(folder) {
  const modules = path.join(ROOT, folder, 'node_modules');
  const stamp = path.join(modules, '.installed');
  const lock = readFileSync(path.join(ROOT, folder, 'package-lock.json'));
  const version = createHash('sha256').update(lock).digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === version) return modules;
  console.error(`Installing the packages of ${folder}/package.json (npm ci) ...`);
  const {status} = spawnSync('npm', ['ci', '--silent'], {
    cwd: path.join(ROOT, folder),
    // Standard output stays free for this program's result and for test results.
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: process.platform === 'win32',
  });
  if (status !== 0) throw new Error(`npm ci failed in ${folder}. See its output above.`);
  writeFileSync(stamp, version);
  return modules;
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  console.log(installManifest(process.argv[2]));
}

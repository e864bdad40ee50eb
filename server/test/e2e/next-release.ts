import {spawnSync} from 'node:child_process';
import {cp, readFile, symlink, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {fileURLToPath} from 'node:url';

import type {Test} from 'tap';

import {temporaryFolder} from '../start-server.js';

// dist/server/test/e2e/ -> the project
const PROJECT = fileURLToPath(new URL('../../../../', import.meta.url));
const COPIED = ['dist/server', 'migrations', 'server/contract', 'server/scripts', 'widget'];
const FILES = ['package.json', 'rollup.config.mjs', 'tsconfig.json'];

export const NEXT_VERSION = '99.0.0';
/** Text that only the next release contains. */
export const NEXT_TEXT = 'What may I call you?';

/** Builds a release with another version and another text. Returns its server's program. */
export const buildNextRelease = async (t: Test): Promise<string> => {
  const folder = await temporaryFolder(t);
  for (const name of [...COPIED, ...FILES]) {
    const filter = (file: string) => !/[\\/](test|bench|gallery)([\\/]|$)/.test(file);
    await cp(path.join(PROJECT, name), path.join(folder, name), {recursive: true, filter});
  }
  await symlink(path.join(PROJECT, 'node_modules'), path.join(folder, 'node_modules'));
  const change = async (file: string, edit: (text: string) => string) => {
    const target = path.join(folder, file);
    await writeFile(target, edit(await readFile(target, 'utf8')));
  };
  await change('package.json', (text) =>
    JSON.stringify({...(JSON.parse(text) as object), version: NEXT_VERSION}),
  );
  await change('widget/i18n/locales/en.ts', (text) =>
    text.replace('What is your name?', NEXT_TEXT),
  );
  const rollup = path.join(PROJECT, 'node_modules/rollup/dist/bin/rollup');
  const {status, stderr} = spawnSync(process.execPath, [rollup, '-c', 'rollup.config.mjs'], {
    cwd: folder,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`The next release cannot be built: ${stderr}`);
  return path.join(folder, 'dist/server/main.js');
};

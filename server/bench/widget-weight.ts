import {execFile} from 'node:child_process';
import {fileURLToPath} from 'node:url';
import {promisify} from 'node:util';

import {atMost} from './row.js';
import type {Row} from './row.js';

const run = promisify(execFile);
// dist/server/bench/ -> the project
const PROJECT = fileURLToPath(new URL('../../../', import.meta.url));
const LINE = /^(.+?) +([\d.]+) kB of ([\d.]+) +(?:ok|TOO LARGE)$/gm;

/** Reports the download sizes of the widget, as counted by `npm run size`. */
export const measureWidgetWeight = async (): Promise<Row[]> => {
  const program = 'server/scripts/size.mjs';
  // The program fails above a limit, but it still prints the sizes.
  const {stdout} = await run(process.execPath, [program], {cwd: PROJECT}).catch(
    (error: {stdout?: string}) => ({stdout: error.stdout ?? ''}),
  );
  const sizes = [...stdout.matchAll(LINE)];
  if (sizes.length === 0) throw new Error(`${program} printed no sizes.`);
  return sizes.map(([, what = '', kB, limit]) =>
    atMost(`${what}, in kB`, Number(kB), Number(limit)),
  );
};

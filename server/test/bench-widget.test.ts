import {spawnSync} from 'node:child_process';
import {fileURLToPath} from 'node:url';

import t from 'tap';

// dist/server/test/ -> the project
const SCRIPT = fileURLToPath(new URL('../../../server/scripts/bench-widget.mjs', import.meta.url));

t.test('the comparison refuses an argument that is not a number of rounds', async (t) => {
  for (const argument of ['--help', '0', '-1', '2.5', '']) {
    const {status, stderr} = spawnSync(process.execPath, [SCRIPT, argument], {encoding: 'utf8'});
    t.equal(status, 2, argument);
    t.equal(
      stderr,
      `"${argument}" is not a number of rounds. Pass a whole number from 1, or nothing for 5.\n`,
    );
  }
});

import {readFile, readdir} from 'node:fs/promises';
import path from 'node:path';
import {fileURLToPath} from 'node:url';

import t from 'tap';

// dist/server/test/ -> the project
const FOLDER = fileURLToPath(new URL('../../../.github/', import.meta.url));
const MAX_BYTES = 300_000;

/** The widget's pictures, and those of the console. */
const GROUPS = [
  ['ask.png', 'confirmed.png', 'consent.png', 'files.png'],
  ['console-funnel.png', 'console-lead.png', 'console-leads.png'],
];

t.test('the README has no other pictures', async (t) => {
  const names = (await readdir(FOLDER)).filter((name) => name.endsWith('.png'));
  t.same(names.sort(), GROUPS.flat().sort());
});

for (const names of GROUPS)
  t.test(`${names.join(', ')} have one size and few bytes`, async (t) => {
    const pictures = await Promise.all(names.map((name) => readFile(path.join(FOLDER, name))));
    const sizes = pictures.map((png) => `${png.readUInt32BE(16)} x ${png.readUInt32BE(20)}`);
    t.equal(new Set(sizes).size, 1, sizes.join(', '));
    const bytes = pictures.reduce((sum, {length}) => sum + length, 0);
    t.ok(bytes <= MAX_BYTES, `${bytes} bytes`);
  });

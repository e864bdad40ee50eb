import {readFile, readdir} from 'node:fs/promises';
import path from 'node:path';
import {fileURLToPath} from 'node:url';

import t from 'tap';

// dist/server/test/ -> the project
const FOLDER = fileURLToPath(new URL('../../../.github/', import.meta.url));
const MAX_BYTES = 300_000;

t.test('the pictures of the README have one size and few bytes', async (t) => {
  const names = (await readdir(FOLDER)).filter((name) => name.endsWith('.png')).sort();
  t.same(names, ['ask.png', 'confirmed.png', 'consent.png', 'files.png']);

  const pictures = await Promise.all(names.map((name) => readFile(path.join(FOLDER, name))));
  const sizes = pictures.map((png) => `${png.readUInt32BE(16)} x ${png.readUInt32BE(20)}`);
  t.equal(new Set(sizes).size, 1, sizes.join(', '));
  const bytes = pictures.reduce((sum, {length}) => sum + length, 0);
  t.ok(bytes <= MAX_BYTES, `${bytes} bytes`);
});

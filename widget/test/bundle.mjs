import {rmSync} from 'node:fs';
import path from 'node:path';
import {fileURLToPath} from 'node:url';

import {build} from 'esbuild';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Bundles these test files into a folder. A page then loads a few files instead of some hundred. */
export async function bundleTests(files, folder) {
  rmSync(folder, {recursive: true, force: true});
  const options = {
    absWorkingDir: ROOT,
    outdir: folder,
    bundle: true,
    format: 'esm',
    target: 'es2022',
    conditions: ['production'],
    tsconfig: path.join(ROOT, 'widget', 'tsconfig.json'),
    sourcemap: 'inline',
    // Modules that the test runner serves itself.
    external: ['/__web-*'],
    logLevel: 'warning',
  };
  await build({...options, entryPoints: files, outbase: 'widget/test', splitting: true});
  // A second copy of the element, for pages that load it twice.
  await build({...options, entryPoints: {'index-again': 'widget/index.ts'}});
}

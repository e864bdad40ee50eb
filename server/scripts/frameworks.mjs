// `node server/scripts/frameworks.mjs [FOLDER]`: installs the frameworks and builds the pages of
// examples/frameworks with them.
import {copyFileSync, mkdirSync, readFileSync, readdirSync} from 'node:fs';
import {createRequire} from 'node:module';
import path from 'node:path';
import {pathToFileURL} from 'node:url';

import {build} from 'esbuild';

import {ROOT} from './build.mjs';
import {installManifest} from './manifests.mjs';

const SOURCES = path.join(ROOT, 'examples', 'frameworks');
const requireFramework = createRequire(path.join(SOURCES, 'package.json'));

export async function buildFrameworkPages(target) {
  installManifest('examples/frameworks');
  const folders = readdirSync(SOURCES, {withFileTypes: true}).filter(
    (entry) => entry.isDirectory() && entry.name !== 'node_modules',
  );
  for (const {name} of folders) {
    const folder = path.join(target, name);
    mkdirSync(folder, {recursive: true});
    copyFileSync(path.join(SOURCES, 'page.html'), path.join(folder, 'index.html'));
    await bundle(path.join(SOURCES, name), folder);
  }
  return folders.map(({name}) => name);
}

async function bundle(source, folder) {
  const entry = readdirSync(source).find((name) => /^app\.\w+$/.test(name));
  await build({
    entryPoints: {app: path.join(source, entry)},
    outdir: folder,
    bundle: true,
    splitting: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    logLevel: 'warning',
    jsx: 'automatic',
    // The module that a page imports from the installed package.
    alias: {'maria-chat': path.join(ROOT, 'dist', 'widget', 'maria-chat.esm.js')},
    define: {
      'process.env.NODE_ENV': '"production"',
      __VUE_OPTIONS_API__: 'false',
      __VUE_PROD_DEVTOOLS__: 'false',
      __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: 'false',
      ngDevMode: 'false',
    },
    tsconfigRaw: {compilerOptions: {experimentalDecorators: true, useDefineForClassFields: false}},
    plugins: [svelte],
  });
}

const svelte = {
  name: 'svelte',
  setup(bundler) {
    const {compile} = requireFramework('svelte/compiler');
    bundler.onLoad({filter: /\.svelte$/}, ({path: filename}) => {
      const {js} = compile(readFileSync(filename, 'utf8'), {filename, generate: 'client'});
      return {contents: js.code, resolveDir: path.dirname(filename)};
    });
  },
};

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const target = process.argv[2] ?? path.join(ROOT, 'dist', 'examples');
  console.log(`${target}: ${(await buildFrameworkPages(target)).join(', ')}`);
}

// Rollup inputs of the owner's console: the page, and the frame that draws the pages of a PDF.
import {createHash} from 'node:crypto';
import {readFileSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {fileURLToPath} from 'node:url';

import {describeFile, writeJson} from './bundle-files.mjs';

const LIBRARY = 'unpdf/pdfjs';

/** Returns the bundles of the console. The names of their files contain a hash. */
export function consoleBundles({folder, version, plugins, minify}) {
  const manifest = {version, script: '', pages: '', files: []};
  const add = (role, name, code) => manifest.files.push(describeFile(folder, {role, name, code}));
  // The library is minified already, and has its own file, which no other release changes.
  const library = readFileSync(fileURLToPath(import.meta.resolve(LIBRARY)));
  const libraryName = `pdfjs-${createHash('sha256').update(library).digest('hex').slice(0, 8)}.js`;
  const writeBundle = (_options, bundle) => {
    for (const {fileName, name, isEntry, code} of Object.values(bundle)) {
      if (isEntry) manifest[name === 'pages' ? 'pages' : 'script'] = fileName;
      add(name, fileName, code);
    }
    if (manifest.pages) {
      writeFileSync(path.join(folder, libraryName), library);
      add('pdfjs', libraryName, library);
    }
    writeJson(folder, 'manifest.json', manifest);
  };
  const output = {
    dir: folder,
    format: 'es',
    freeze: false,
    entryFileNames: '[name]-[hash].js',
    chunkFileNames: '[name]-[hash].js',
    paths: {[LIBRARY]: `./${libraryName}`},
    plugins: [minify, {name: 'collect-console', writeBundle}],
  };
  return [
    {input: {console: 'widget/console/index.ts'}, output, plugins},
    {input: {pages: 'widget/console/frame/pages.ts'}, external: [LIBRARY], output, plugins},
  ];
}

import {readFileSync, writeFileSync} from 'node:fs';
import path from 'node:path';

import {nodeResolve} from '@rollup/plugin-node-resolve';
import esbuild from 'rollup-plugin-esbuild';

import {
  describeFile,
  emptyFolder,
  hashOfLanguages,
  minify,
  roleOf,
  writeJson,
  writeWordings,
} from './server/scripts/bundle-files.mjs';
import {consoleBundles} from './server/scripts/console-bundle.mjs';
import {customElementsManifest} from './server/scripts/custom-elements.mjs';
import {minifyMarkup, minifyStyleSheets} from './server/scripts/minify-templates.mjs';

const OUT = 'dist/widget';
const {version} = JSON.parse(readFileSync('package.json', 'utf8'));
/** End of the names of all languages, so that the loader can name the file of each. Equal ends are small. */
const LANGUAGE_END = `-${hashOfLanguages(version)}.js`;
const NOTICE = `/*! Maria Chat ${version}, MIT. Contains Lit, (c) Google LLC, BSD-3-Clause */`;

/** File names by role in the manifest. The loader is bundled last, because it contains two of them. */
const manifest = {
  version,
  loader: 'maria-chat.js',
  module: 'maria-chat.esm.js',
  chat: '',
  hostPage: '',
};
const files = [];

const plugins = [
  minifyStyleSheets(),
  minifyMarkup(),
  nodeResolve({exportConditions: ['production']}),
  esbuild({target: 'es2022', tsconfig: 'widget/tsconfig.json', minifySyntax: true}),
];
export default [
  {
    // The loader imports both. As an entry, `host-page` keeps exports that `chat` does not use.
    input: {chat: 'widget/index.ts', 'host-page': 'widget/host-page/protect.ts'},
    // The entry exports what it shares with the chunks, instead of one more file.
    preserveEntrySignatures: 'allow-extension',
    output: {
      dir: OUT,
      format: 'es',
      freeze: false,
      entryFileNames: '[name]-[hash].js',
      chunkFileNames: nameOfChunk,
      banner: ({name}) => (name === 'chat' ? NOTICE : ''),
      plugins: [minify, collectChunks()],
    },
    plugins: [emptyFolder(OUT), ...plugins],
  },
  {
    input: 'widget/loader.ts',
    output: {
      file: `${OUT}/${manifest.loader}`,
      format: 'iife',
      plugins: [replaceConstants(), minify, writeManifest()],
    },
    plugins,
  },
  {
    input: 'widget/ssr.ts',
    output: {file: `${OUT}/maria-chat.node.js`, format: 'es'},
    plugins,
  },
  {
    input: 'widget/wordings.ts',
    output: {
      dir: OUT,
      format: 'es',
      inlineDynamicImports: true,
      plugins: [writeWordings(OUT, version)],
    },
    plugins,
  },
  ...consoleBundles({folder: `${OUT}/console`, version, plugins, minify}),
];

function nameOfChunk(chunk) {
  const role = roleOf(chunk);
  if (role === 'language') return chunk.name.split('-')[0] + LANGUAGE_END;
  if (role === 'dialog-language') return `dialogs-${chunk.name}${LANGUAGE_END}`;
  return role === 'question-language'
    ? `questions-${chunk.name}${LANGUAGE_END}`
    : '[name]-[hash].js';
}

function replaceConstants() {
  const renderChunk = (code) =>
    code
      .replaceAll('CHAT_MODULE', `'${manifest.chat}'`)
      .replaceAll('HOST_PAGE', `'${manifest.hostPage}'`)
      .replaceAll('LANGUAGE_END', `'${LANGUAGE_END}'`)
      .replaceAll('VERSION', `'${version}'`);
  return {name: 'replace-constants', renderChunk};
}

function collectChunks() {
  const writeBundle = (_options, bundle) => {
    const chunks = Object.values(bundle);
    const fileOf = (name) => chunks.find((chunk) => chunk.name === name).fileName;
    Object.assign(manifest, {chat: fileOf('chat'), hostPage: fileOf('host-page')});
    for (const chunk of chunks) addFile(roleOf(chunk), chunk.fileName, chunk.code);
    // Pages that import the element need a name that does not depend on the contents.
    const code = `export * from './${manifest.chat}';\n`;
    writeFileSync(path.join(OUT, manifest.module), code);
    addFile('module', manifest.module, code);
  };
  return {name: 'collect-chunks', writeBundle};
}

function writeManifest() {
  const writeBundle = (_options, bundle) => {
    addFile('loader', manifest.loader, bundle[manifest.loader].code);
    writeJson(OUT, 'manifest.json', {...manifest, files});
    writeJson(OUT, 'custom-elements.json', customElementsManifest(`${OUT}/${manifest.module}`));
    for (const {name, gzip, integrity} of files) console.log(`${name}  ${gzip} B  ${integrity}`);
  };
  return {name: 'write-manifest', writeBundle};
}

function addFile(role, name, code) {
  files.push(describeFile(OUT, {role, name, code}));
}

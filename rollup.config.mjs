import {createHash} from 'node:crypto';
import {readFileSync, rmSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {brotliCompressSync, constants, gzipSync} from 'node:zlib';

import {nodeResolve} from '@rollup/plugin-node-resolve';
import terser from '@rollup/plugin-terser';
import {transformSync} from 'esbuild';
import esbuild from 'rollup-plugin-esbuild';

import {customElementsManifest} from './server/scripts/custom-elements.mjs';
import {isKeyAlone, ownNames} from './server/scripts/own-names.mjs';

const OUT = 'dist/widget';
const {version} = JSON.parse(readFileSync('package.json', 'utf8'));

const BANNER = `/*! Maria Chat ${version}, MIT */`;
const LIT_BANNER = `/*! Maria Chat ${version}, MIT. Contains Lit, (c) Google LLC, BSD-3-Clause */`;

/** Known once the modules are written; the loader, built second, carries it. */
let chatModule = '';
const written = [];

/** The same short names in every module: they use each other's parts. */
const {names, texts} = ownNames();
const shortening = {
  mangleProps: new RegExp(`^(${Object.keys(names).join('|')})$`),
  mangleCache: names,
};

const plugins = [
  foldStyleSheets(),
  foldLanguages('widget'),
  foldLanguages('widget/dialogs'),
  shortenKeys(),
  keepOffThePage(),
  nodeResolve({exportConditions: ['production']}),
  esbuild({target: 'es2022', tsconfig: 'widget/tsconfig.json', ...shortening}),
];

const minify = (module) => [
  terser({
    module,
    ecma: 2020,
    // Functions with arguments are cheaper called than put in where they are used.
    compress: {passes: 6, unsafe_arrows: true, inline: 1},
    format: {comments: false},
  }),
  foldTemplates(),
];

export default [
  {
    input: {chat: 'widget/index.ts'},
    // What the later views share with the entry stays in it, rather than in one more file.
    preserveEntrySignatures: 'allow-extension',
    output: {
      dir: OUT,
      format: 'es',
      entryFileNames: '[name]-[hash].js',
      chunkFileNames: '[name]-[hash].js',
      banner: LIT_BANNER,
      plugins: [...minify(true), collect('chat')],
    },
    plugins: [emptyFolder(), ...plugins],
  },
  {
    input: 'widget/loader.ts',
    output: {
      file: `${OUT}/maria-chat.js`,
      format: 'iife',
      banner: BANNER,
      plugins: [nameChatModule(), ...minify(false), collect('loader'), writeManifest()],
    },
    plugins,
  },
  {
    input: 'widget/server-side.ts',
    output: {file: `${OUT}/maria-chat.node.js`, format: 'es', banner: BANNER},
    plugins,
  },
];

function emptyFolder() {
  return {
    name: 'empty-folder',
    buildStart: () => rmSync(OUT, {recursive: true, force: true}),
  };
}

/** Style sheets stand alone in the literals of these files. */
const STYLE_SHEETS = /widget\/(styles\/[\w-]+|(dialogs|live)\/styles|launcher)\.ts$/;

function foldStyleSheets() {
  return {
    name: 'fold-style-sheets',
    transform: (code, id) =>
      STYLE_SHEETS.test(id) ? {code: code.replace(/`[^`]*[{][^`]*`/g, foldCss), map: null} : null,
  };
}

function foldCss(sheet) {
  return sheet
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/\s+/g, ' ')
    .replace(/ ?([{};,]) ?/g, '$1')
    .replace(/([\w)-]): /g, '$1:')
    .replace(/ !important/g, '!important')
    .replace(/;}/g, '}');
}

/** Lit leaves its versions and the data of decorators, which we do not use, on a page's `window`. */
const LEFT_BY_LIT = [
  /[,;]?\(\w+\.\w+Versions\?\?=\[\]\)\.push\("[\d.]+"\)/,
  /Symbol\.metadata\?\?=Symbol\("metadata"\),\w\.litPropertyMetadata\?\?=new WeakMap;/,
  /const t=this\[Symbol\.metadata\];if\(null!==t\)\{[^{}]*litPropertyMetadata[^{}]*\}/,
];
/** What it looks for there: hooks that any page could set, and whether sheets can be adopted, as all of ours can. */
const NEEDLESS_IN_LIT = [
  [/\w+\.\w+(PolyfillSupport|HydrateSupport)/g, '(void 0)'],
  [/\w+\.ShadowRoot&&.*?"replace"in CSSStyleSheet\.prototype/, '!0'],
  // What it would tell those who write with it, which they see before anything is built.
  [/Error\("[^"]*"(\+\w\+"[^"]*")?\)/g, 'Error()'],
];

function keepOffThePage() {
  return {
    name: 'keep-off-the-page',
    transform(code, id) {
      if (!/node_modules\/(@lit|lit)/.test(id)) return null;
      const changes = [...LEFT_BY_LIT.map((left) => [left, '']), ...NEEDLESS_IN_LIT];
      const kept = changes.reduce((rest, change) => rest.replace(...change), code);
      if (/Versions|metadata|(Polyfill|Hydrate)Support|ShadyCSS/i.test(kept))
        this.error(`${id}: Lit leaves or looks for something new on the page`);
      return {code: kept, map: null};
    },
  };
}

/** A language goes out as its words alone, in the order of the keys, which `unfold.ts` knows. */
function foldLanguages(folder) {
  return {
    name: 'fold-languages',
    transform(_code, id) {
      if (id === path.resolve(folder, 'unfold.ts')) return {code: unfold(texts[folder]), map: null};
      if (path.dirname(id) !== path.resolve(folder, 'locales')) return null;
      const own = textsIn(id);
      const words = keysOf(folder).map((key) => own[key]);
      if (words.some((text) => !text || text.includes('\n')))
        this.error(`${id}: a text is missing`);
      return {code: `export default ${JSON.stringify(words.join('\n'))}`, map: null};
    },
  };
}

/** A short key says its place by itself. */
const unfold = ({begin, short, long}) => `
const keys = ${JSON.stringify(long.join(' '))}.split(' ');
export const unfold = (words) =>
  Object.fromEntries(words.split('\\n').map((text, index) =>
    [keys[index - ${short.length}] || '${begin}' + index.toString(36), text]));
`;

const keysOf = (folder) => [...texts[folder].short, ...texts[folder].long];

/** Keys that are handed on as texts themselves; esbuild shortens those that stand as properties. */
function shortenKeys() {
  const isShort = new Set(
    Object.values(texts)
      .flatMap(({short}) => short)
      .filter(isKeyAlone),
  );
  return {
    name: 'shorten-keys',
    transform: (code, id) =>
      /widget\/(?!.*locales)/.test(id)
        ? {
            code: code.replace(/'(\w+)'/g, (text, key) =>
              isShort.has(key) ? `'${names[key]}'` : text,
            ),
            map: null,
          }
        : null,
  };
}

function textsIn(file) {
  const {code} = transformSync(readFileSync(file, 'utf8'), {loader: 'ts', format: 'cjs'});
  const module = {exports: {}};
  new Function('module', 'exports', code)(module, module.exports);
  return module.exports.default;
}

/** Once minified, line breaks stand in templates alone, where one space means the same. */
function foldTemplates() {
  return {
    name: 'fold-templates',
    renderChunk: (code) => code.replace(/(?<!\*\/)\s*\n\s*/g, ' '),
  };
}

function nameChatModule() {
  return {
    name: 'name-chat-module',
    renderChunk: (code) =>
      code
        .replaceAll('CHAT_MODULE', JSON.stringify(chatModule))
        .replaceAll('VERSION', JSON.stringify(version)),
  };
}

function collect(role) {
  return {
    name: 'collect',
    writeBundle(_options, bundle) {
      for (const [fileName, chunk] of Object.entries(bundle)) {
        const {code, isEntry} = chunk;
        if (role === 'chat' && isEntry) chatModule = fileName;
        // Whoever imports it later asks for its exports as properties, which are shortened.
        const lost = chunk.isDynamicEntry && chunk.exports.find((name) => names[name]);
        if (lost) this.error(`${fileName}: ${lost} is also a property of ours; name it otherwise`);
        written.push({role: isEntry ? role : roleOf(chunk), fileName, code});
      }
      if (role === 'chat') writeStableEntry();
    },
  };
}

/** Chunks that have roles of their own; a language is a file for the conversation and one for the dialogs. */
const ROLES = {
  later: 'part',
  chime: 'chime',
  keep: 'keep',
  live: 'live',
  'coming-back': 'coming back',
  'attribute-check': 'warnings',
  launcher: 'launcher',
  dialogs: 'dialogs',
  'debug-panel': 'debug',
};

const roleOf = ({name, facadeModuleId}) =>
  ROLES[name] ?? (facadeModuleId?.includes('/dialogs/') ? 'dialog-language' : 'language');

/** For pages that import the element themselves: a name that does not change with its contents. */
function writeStableEntry() {
  const code = `export * from './${chatModule}';\n`;
  writeFileSync(path.join(OUT, 'maria-chat.esm.js'), code);
  written.push({role: 'module', fileName: 'maria-chat.esm.js', code});
}

function writeManifest() {
  return {
    name: 'write-manifest',
    writeBundle() {
      const files = written.map(compress);
      const manifest = {
        version,
        loader: 'maria-chat.js',
        module: 'maria-chat.esm.js',
        chat: chatModule,
        // Languages are words alone; in this order they belong to these keys.
        keys: {language: keysOf('widget'), 'dialog-language': keysOf('widget/dialogs')},
        files,
      };
      writeFileSync(path.join(OUT, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`);
      const elements = customElementsManifest(`${OUT}/maria-chat.esm.js`);
      const elementsFile = path.join(OUT, 'custom-elements.json');
      writeFileSync(elementsFile, `${JSON.stringify(elements, null, 2)}\n`);
      for (const {name, gzip, integrity} of files)
        console.log(`${name}  ${gzip} B gzip  ${integrity}`);
    },
  };
}

/** Compressed once here, so that no server has to do it for each visitor. */
function compress({role, fileName, code}) {
  const bytes = Buffer.from(code);
  const gzip = gzipSync(bytes, {level: 9});
  const brotli = brotliCompressSync(bytes, {params: {[constants.BROTLI_PARAM_QUALITY]: 11}});
  writeFileSync(path.join(OUT, `${fileName}.gz`), gzip);
  writeFileSync(path.join(OUT, `${fileName}.br`), brotli);
  const integrity = `sha384-${createHash('sha384').update(bytes).digest('base64')}`;
  return {
    name: fileName,
    role,
    bytes: bytes.length,
    gzip: gzip.length,
    brotli: brotli.length,
    integrity,
  };
}

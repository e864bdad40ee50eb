// Parts of the build that the widget and the console share.
import {createHash} from 'node:crypto';
import {readFileSync, readdirSync, rmSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {brotliCompressSync, gzipSync} from 'node:zlib';

import terser from '@rollup/plugin-terser';

export const minify = terser({
  ecma: 2020,
  compress: {
    passes: 3,
    sequences: false,
    inline: 1,
    keep_fargs: false,
    pure_getters: true,
    lhs_constants: false,
    unsafe_arrows: true,
  },
  format: {comments: /^!/},
});

/**
 * Compresses a file as well, so that the server does not compress it for each visitor. Returns its
 * entry in the manifest.
 */
export function describeFile(folder, {role, name, code}) {
  const [gzip, brotli] = [gzipSync(code, {level: 9}), brotliCompressSync(code)];
  writeFileSync(path.join(folder, `${name}.gz`), gzip);
  writeFileSync(path.join(folder, `${name}.br`), brotli);
  const integrity = `sha384-${createHash('sha384').update(code).digest('base64')}`;
  const bytes = Buffer.byteLength(code);
  return {name, role, bytes, gzip: gzip.length, brotli: brotli.length, integrity};
}

/** Includes the version, because another build may make other files of the same texts. */
export function hashOfLanguages(version) {
  const hash = createHash('sha256').update(version);
  for (const folder of ['', 'dialogs/', 'questions/'].map((part) => `widget/i18n/${part}locales`))
    for (const file of readdirSync(folder).sort())
      hash.update(readFileSync(path.join(folder, file)));
  return hash.digest('base64url').slice(0, 8);
}

export function writeJson(folder, name, value) {
  writeFileSync(path.join(folder, name), `${JSON.stringify(value, null, 2)}\n`);
}

/** Writes the texts of the consents instead of a script, so that the server can recognise them. */
export function writeWordings(folder, version) {
  const generateBundle = async (_options, bundle) => {
    const [{fileName, code}] = Object.values(bundle);
    delete bundle[fileName];
    const script = await import(`data:text/javascript,${encodeURIComponent(code)}`);
    writeJson(folder, 'wordings.json', {version, wordings: await script.listWordings()});
  };
  return {name: 'write-wordings', generateBundle};
}

/** Returns the role of a chunk of the widget in the manifest. */
export function roleOf({name, facadeModuleId}) {
  if (/dialogs.locales/.test(facadeModuleId)) return 'dialog-language';
  if (/questions.locales/.test(facadeModuleId)) return 'question-language';
  return /locales/.test(facadeModuleId) ? 'language' : name;
}

export function emptyFolder(folder) {
  const buildStart = () => rmSync(folder, {recursive: true, force: true});
  return {name: 'empty-folder', buildStart};
}

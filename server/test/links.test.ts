import {execFile} from 'node:child_process';
import {existsSync} from 'node:fs';
import {readFile, readdir} from 'node:fs/promises';
import path from 'node:path';
import {fileURLToPath} from 'node:url';
import {promisify} from 'node:util';

import t from 'tap';

// dist/server/test/ -> the project
const PROJECT = fileURLToPath(new URL('../../../', import.meta.url));
/** Folders whose documents are not ours, or that Git ignores. */
const SKIPPED = new Set(['node_modules', 'dist', 'screenshots', 'coverage']);

const text = (file: string) => readFile(path.join(PROJECT, file), 'utf8');

const findDocuments = async (folder = ''): Promise<string[]> => {
  const entries = await readdir(path.join(PROJECT, folder), {withFileTypes: true});
  const found = entries.map(async (entry) => {
    const file = path.join(folder, entry.name);
    const isSkipped = SKIPPED.has(entry.name) || /^\.(?!github$)/.test(entry.name);
    if (entry.isDirectory()) return isSkipped ? [] : findDocuments(file);
    return file.endsWith('.md') ? [file] : [];
  });
  return (await Promise.all(found)).flat();
};

const documents = await Promise.all(
  (await findDocuments()).map(async (file) => ({file, markdown: await text(file)})),
);

/** Returns code blocks and code in lines. */
const findCode = (markdown: string): string[] => [
  ...[...markdown.matchAll(/^ *```[^\n]*\n([^]*?)^ *```/gm)].map(([, code]) => code ?? ''),
  ...[...withoutBlocks(markdown).matchAll(/`([^`\n]+)`/g)].map(([, code]) => code ?? ''),
];

const withoutBlocks = (markdown: string): string =>
  markdown.replace(/^ *```[^\n]*\n[^]*?^ *```/gm, '');

/** Returns the anchors of a document's headings, as GitHub makes them. */
const findAnchors = (markdown: string): string[] =>
  [...withoutBlocks(markdown).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );

const findLinks = (markdown: string): string[] =>
  [...withoutBlocks(markdown).matchAll(/\]\(([^)\s]+)\)|(?:src|href)="([^"]+)"/g)]
    .map(([, link, source]) => link ?? source ?? '')
    .filter((link) => !/^(https?|mailto):/.test(link));

t.test('every link in a document leads to a file, and to a heading in it', async (t) => {
  const broken: string[] = [];
  for (const {file, markdown} of documents) {
    for (const link of findLinks(markdown)) {
      const [place = '', anchor] = link.split('#');
      const target = place ? path.join(path.dirname(file), place) : file;
      if (!existsSync(path.join(PROJECT, target))) broken.push(`${file}: ${link}`);
      else if (anchor && !findAnchors(await text(target)).includes(anchor))
        broken.push(`${file}: ${link} has no such heading`);
    }
  }
  t.ok(documents.length > 5);
  t.same(broken, []);
});

const PATH = /^(?:server|widget|examples|migrations|\.github|\.ci)\/[\w./-]*[\w/]$/;

t.test('every path of the project in a document exists', async (t) => {
  const missing = documents.flatMap(({file, markdown}) =>
    findCode(markdown)
      .filter((code) => PATH.test(code) && !existsSync(path.join(PROJECT, code)))
      .map((code) => `${file}: ${code}`),
  );
  t.same(missing, []);
});

t.test('every npm script in a document exists', async (t) => {
  const {scripts} = JSON.parse(await text('package.json')) as {scripts: Record<string, string>};
  const named = documents.flatMap(({file, markdown}) =>
    findCode(markdown).flatMap((code) =>
      [...code.matchAll(/npm run ([\w:-]+)/g)].map(([, script = '']) => ({file, script})),
    ),
  );
  t.ok(named.length > 5);
  t.same(
    named.filter(({script}) => !(script in scripts)),
    [],
  );
});

t.test('every maria command in a document exists, with its options', async (t) => {
  const cli = path.join(PROJECT, 'dist/server/cli.js');
  const {stdout: help} = await promisify(execFile)(process.execPath, [cli, '--help']);
  const unknown: string[] = [];
  let count = 0;
  for (const {file, markdown} of documents) {
    const lines = findCode(markdown).flatMap((code) => code.split('\n'));
    for (const line of lines) {
      const [, call] = /(?:^\s*|&& |npx )maria ([a-z]+\b[^#|]*)/.exec(line) ?? [];
      if (!call) continue;
      count += 1;
      const [name = '', action = ''] = call.split(' ');
      if (!new RegExp(`^maria ${name}\\b`, 'm').test(help)) unknown.push(`${file}: ${line}`);
      const isAction = ['site', 'webhook'].includes(name) && /^[a-z]+$/.test(action);
      if (isAction && !help.includes(`maria ${name} ${action}`)) unknown.push(`${file}: ${line}`);
      for (const [option] of call.matchAll(/--[a-z-]+/g))
        if (!help.includes(option)) unknown.push(`${file}: ${line} (${option})`);
    }
  }
  t.ok(count > 10);
  t.same(unknown, []);
});

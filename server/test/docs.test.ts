import {readFile} from 'node:fs/promises';
import path from 'node:path';

import t from 'tap';

import {ANSWER_ERROR_CODES} from '../contract/answers.js';
import {STORED_EVENTS, TRANSIENT_EVENTS} from '../contract/event-names.js';
import {PROJECT, firstCells, listFiles, parseMarkdown, readDocuments} from './markdown.js';
import type {MarkdownDocument} from './markdown.js';

interface Generated {
  file: string;
  before: string;
  after: string;
}

const documents = await readDocuments();
const getDocument = (file: string): MarkdownDocument => {
  const found = documents.find((document) => document.file === file);
  if (!found) throw new Error(`There is no ${file}.`);
  return found;
};

/** Returns the findings of a check in all documents, with the name of the document. */
const findIn = (check: (document: MarkdownDocument) => string[]): string[] =>
  documents.flatMap((document) =>
    [...new Set(check(document))].map((finding) => `${document.file}: ${finding}`),
  );

t.test('generated parts are up to date; run `npm run docs`', async (t) => {
  const script = path.join(PROJECT, 'server/scripts/docs.mjs');
  const {generateDocuments} = (await import(script)) as {
    generateDocuments: () => Promise<Generated[]>;
  };

  for (const {file, before, after} of await generateDocuments()) {
    t.match(before, '<!-- generated: ', `${file} has a generated part`);
    t.equal(before, after, file);
  }
});

t.test('relative links lead to files and headings', async (t) => {
  const files = await listFiles();
  const exists = (file: string) =>
    files.some((name) => name === file || file === '.' || name.startsWith(`${file}/`));
  const dead = findIn(({file, links, anchors}) =>
    links.filter((link) => {
      if (/^[a-z]+:/.test(link)) return false;
      const [target = '', anchor] = link.split('#');
      if (target === '') return !anchors.includes(anchor ?? '');
      const linked = path.join(path.dirname(file), decodeURI(target)).replace(/\/$/, '');
      if (!exists(linked)) return true;
      const isMarkdown = linked.endsWith('.md') && anchor !== undefined;
      return isMarkdown && !getDocument(linked).anchors.includes(anchor);
    }),
  );

  t.same(dead, []);
  t.ok(documents.flatMap(({links}) => links).length > 50);
});

/** Names of other programs. */
const NAMES_ELSEWHERE = [
  'pg_dump',
  'pg_restore',
  'pg_stat_activity',
  'pg_upgrade',
  'worker_connections',
];
/** Languages of blocks that configure other programs. */
const LANGUAGES_ELSEWHERE = ['nginx'];
const SNAKE_CASE = /(?<![\w-])[a-z]\w*_\w+(?![\w-])/gi;
const MARIA_NAME = /(?<![\w/.@-])(?:--)?maria-[a-z-]*[a-z](?![\w./-])/g;

t.test('settings, codes, fields, events and custom properties in code exist', async (t) => {
  const files = (await listFiles()).filter(
    (file) => !/\.(md|png|tsbuildinfo)$|\/test\/|package-lock/.test(file),
  );
  const sources = await Promise.all(
    files.map((file) => readFile(path.join(PROJECT, file), 'utf8')),
  );
  const words = new Set(sources.flatMap((source) => source.match(/[\w-]+|\w+/g) ?? []));
  const parts = new Set(sources.flatMap((source) => source.match(/\w+/g) ?? []));
  const unknown = findIn(({text, codes}) =>
    codes
      .filter(({language}) => !LANGUAGES_ELSEWHERE.includes(language))
      .flatMap(({text: code}) => [
        ...(code.match(SNAKE_CASE) ?? []).filter(
          // A variable of an example is set there.
          (name) => !parts.has(name) && !text.includes(`${name}=`),
        ),
        ...(code.match(MARIA_NAME) ?? []).filter((name) => !words.has(name)),
      ])
      .filter((name) => !NAMES_ELSEWHERE.includes(name)),
  );

  t.same(unknown, []);
});

t.test('commands of maria and their options in code exist', async (t) => {
  const {text} = getDocument('server/command/README.md');
  const usages = new Map(
    [...text.matchAll(/^### maria (\w+)\n\n```text\n([^]*?)```/gm)].map(([, name = '', usage]) => [
      name,
      usage ?? '',
    ]),
  );
  const check = (line: string): string[] =>
    [...line.matchAll(/(?:(?<=^|npx |\| )maria|cli\.js) ([a-z]+)([^#|\n]*)/gm)].flatMap(
      ([call, name = '', rest = '']) => {
        const usage = usages.get(name);
        if (usage === undefined) return [call];
        const options = rest.match(/(?<=\s)--[a-z-]+/g) ?? [];
        const [action] = /^ ([a-z]+)(?= |$)/.exec(rest)?.slice(1) ?? [];
        return [
          ...options.filter((option) => !new RegExp(`${option}(?![\\w-])`).test(usage)),
          ...(action && !usage.includes(`maria ${name} ${action}`) ? [action] : []),
        ].map((wrong) => `${call}: ${wrong}`);
      },
    );

  t.ok(usages.size >= 10);
  t.same(check('maria sessions --site acme --state complete'), []);
  t.same(check('npx maria sessions --sight acme'), ['maria sessions --sight acme: --sight']);
  t.same(check('maria site drop acme'), ['maria site drop acme: drop']);
  t.same(
    findIn(({codes}) =>
      codes
        .filter(({language}) => ['inline', 'sh', 'bash'].includes(language))
        .flatMap(({text: code}) => check(code.replaceAll('\\\n', ''))),
    ),
    [],
  );
});

t.test('scripts of npm in code exist', async (t) => {
  const {scripts} = JSON.parse(await readFile(path.join(PROJECT, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>;
  };
  const unknown = findIn(({file, codes}) =>
    // The examples of frameworks have a manifest of their own.
    file.startsWith('examples/frameworks/')
      ? []
      : codes.flatMap(({text}) =>
          [...text.matchAll(/npm run ([\w:-]+)/g)]
            .map(([, name = '']) => name)
            .filter((name) => !(name in scripts)),
        ),
  );
  t.same(unknown, []);
});

t.test('paths of the API in code exist', async (t) => {
  const table = getDocument('server/API.md').text;
  const paths = [...table.matchAll(/^\| [A-Z]+ +\| `(\/[^`]+)`/gm)].map(([, path = '']) => path);
  const patterns = paths.map((path) => new RegExp(`^${path.replace(/\{\w+\}/g, '[^/]+')}$`));
  const isKnown = (path: string) =>
    patterns.some((pattern) => pattern.test(path)) ||
    paths.some((known) => known.startsWith(`${path}/`)) ||
    /^\/api\/docs\/?$/.test(path);
  const unknown = findIn(({codes}) =>
    codes
      .filter(({language}) => !LANGUAGES_ELSEWHERE.includes(language))
      .flatMap(({text}) => text.match(/(?<![\w.])\/(?:api|verify)\/[\w./{}$…-]+/g) ?? [])
      .filter((path) => !isKnown(path)),
  );

  t.ok(patterns.length > 20);
  t.same(unknown, []);
});

t.test('attributes in examples of markup exist', async (t) => {
  const attributes = firstCells(getDocument('widget/REFERENCE.md'), '## Attributes');
  const unknown = findIn(({codes}) =>
    codes.flatMap(({text}) => [
      ...[...text.matchAll(/<maria-chat\s([^>]*)>/g)]
        .flatMap(([, inner = '']) => inner.match(/(?<=^|\s)[a-z-]+(?==)/g) ?? [])
        .filter((name) => !attributes.includes(name)),
      ...[...text.matchAll(/<script\s([^>]*maria-chat\.js[^>]*)>/g)]
        .flatMap(([, inner = '']) => inner.match(/(?<=\sdata-)[a-z-]+/g) ?? [])
        .filter((name) => !attributes.includes(name)),
    ]),
  );

  t.ok(attributes.length > 20);
  t.same(unknown, []);
});

const OWN_FILE = /^[\w.-]+(?:\/[\w.-]+)*\.(?:ts|mjs|md|html|sql|ya?ml)$/;

t.test('files in code exist', async (t) => {
  const files = await listFiles();
  const unknown = findIn(({codes}) =>
    codes
      .filter(({language, text}) => language === 'inline' && OWN_FILE.test(text))
      .map(({text}) => text)
      .filter((name) => !files.some((file) => file === name || file.endsWith(`/${name}`))),
  );
  t.same(unknown, []);
});

t.test('the API’s document has a row for each code of a wrong answer', async (t) => {
  t.same(firstCells(getDocument('server/API.md'), '## Answers'), [...ANSWER_ERROR_CODES]);
});

t.test('the API’s document has a row for each live event', async (t) => {
  const rows = firstCells(getDocument('server/API.md'), '## Live events');
  t.same(rows.sort(), [...STORED_EVENTS, ...TRANSIENT_EVENTS].sort());
});

t.test('anchors of headings are those of GitHub', async (t) => {
  const {anchors, links, codes} = parseMarkdown(
    'a.md',
    '# One, two\n\n## `code` & [link](b.md)\n\n```sh\n# no heading\n```\n\n## One, two\n',
  );
  t.same(anchors, ['one-two', 'code--link', 'one-two-1']);
  t.same(links, ['b.md']);
  t.same(codes, [
    {language: 'sh', text: '# no heading\n'},
    {language: 'inline', text: 'code'},
  ]);
});

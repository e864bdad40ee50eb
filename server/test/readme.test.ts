import {existsSync} from 'node:fs';
import {readFile, readdir, writeFile} from 'node:fs/promises';
import path from 'node:path';

import t from 'tap';

import {Settings} from '../config/environment.js';
import {siteCommand} from '../accounts/site-command.js';
import {runCommand} from './run-command.js';
import {startServer} from './start-server.js';

// dist/server/test/ -> the project
const PROJECT = new URL('../../../', import.meta.url);
const MAX_LINES = 300;

const read = (file: string) => readFile(new URL(file, PROJECT), 'utf8');
const readme = await read('README.md');

/** Returns the section below a heading, up to the next heading of the same level. */
const getSection = (heading: string): string =>
  readme.split(`\n## ${heading}\n`)[1]?.split(/\n## /)[0] ?? '';

t.test('the README has at most 300 lines', async (t) => {
  const lines = readme.split('\n').length - 1;
  t.ok(lines <= MAX_LINES, `${lines} lines`);
  t.ok(lines > 100, 'it is the whole README');
});

t.test('the two commands stand at the top of the README', async (t) => {
  const [top = ''] = readme.split('\n## ');
  t.match(top, /^npm ci && npm start\b/m);
  t.match(top, /^npm ci && npm test\b/m);
});

t.test('the README links every document, and its pictures exist', async (t) => {
  const folders = ['server', 'widget', 'examples', 'migrations', '.github'];
  const found = folders.map(async (folder) =>
    (await readdir(new URL(folder, PROJECT), {recursive: true})).map((file) =>
      path.posix.join(folder, file),
    ),
  );
  const documents = (await Promise.all(found))
    .flat()
    .filter((file) => file.endsWith('.md') && !file.includes('node_modules/'));
  t.ok(documents.length > 5);
  t.same(
    documents.filter((file) => !readme.includes(`](${file})`)),
    [],
  );

  const pictures = [...readme.matchAll(/<img src="([^"]+)"/g)].map(([, file = '']) => file);
  t.equal(pictures.length, 7);
  t.same(
    pictures.filter((file) => !existsSync(new URL(file, PROJECT))),
    [],
  );
});

t.test('the settings that the README names exist', async (t) => {
  const named = [...readme.matchAll(/`([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)(?:=[^`]*)?`/g)];
  const known = [...Object.keys(Settings.properties), 'CHROME_PATH'];
  t.ok(named.length > 5);
  t.same(
    named.map(([, name = '']) => name).filter((name) => !known.includes(name)),
    [],
  );
});

t.test('the attributes and properties that the README names exist', async (t) => {
  const section = getSection('Configuration');
  const attributes = [...section.matchAll(/^\| `([a-z-]+)`/gm)].map(([, name = '']) => name);
  const types = await read('widget/element/attribute-types.ts');
  t.equal(attributes.length, 12);
  for (const name of attributes) t.match(types, new RegExp(`^  '?${name}'?\\?:`, 'm'), name);

  const properties = [...section.matchAll(/--maria-[a-z-]+/g)].map(([name]) => name);
  const styles = await read('widget/ui/styles/panel.ts');
  t.ok(properties.length > 0);
  for (const name of properties) t.ok(styles.includes(` * ${name}`), name);
});

t.test('the README’s settings of a site are accepted, and show prints them again', async (t) => {
  const server = await startServer(t);
  const [, json = ''] = /```json\n([^]*?)```/.exec(getSection('Conversation')) ?? [];
  const file = path.join(server.dataDir, 'acme.json');
  await writeFile(file, json);

  await runCommand(server, siteCommand, 'set', 'demo', '--settings', file);

  const shown = await runCommand(server, siteCommand, 'show', 'demo', '--json');
  const {settings} = JSON.parse(shown) as {settings: Record<string, unknown>};
  t.same(settings, JSON.parse(json));
  await writeFile(file, JSON.stringify(settings));
  await runCommand(server, siteCommand, 'set', 'demo', '--settings', file);
});

t.test('the changelog has a place for the next release', async (t) => {
  const changelog = await read('.github/CHANGELOG.md');
  const {version} = JSON.parse(await read('package.json')) as {version: string};
  t.ok(/^## \[Unreleased\]$/m.test(changelog) || changelog.includes(`\n## [${version}] - `));
});

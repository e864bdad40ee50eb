import {existsSync} from 'node:fs';
import {readFile, readdir} from 'node:fs/promises';
import path from 'node:path';
import {fileURLToPath} from 'node:url';

import t from 'tap';

import {Settings} from '../config/environment.js';
import {ERROR_CODES} from '../contract/error-codes.js';
import {WIDGET_EVENTS} from '../contract/event-names.js';

// dist/server/test/ -> the project
const PROJECT = fileURLToPath(new URL('../../../', import.meta.url));

const text = (file: string) => readFile(path.join(PROJECT, file), 'utf8');

const sources = async (folder: string): Promise<string[]> => {
  const names = await readdir(path.join(PROJECT, folder), {recursive: true});
  return names.filter((name) => name.endsWith('.ts')).map((name) => path.join(folder, name));
};

/** The first cells of the table below a heading. */
const firstCells = (readme: string, heading: string): string[] => {
  const section = readme.split(`${heading}\n`)[1]?.split(/\n#/)[0] ?? '';
  return [...section.matchAll(/^\| (`.*?) \|/gm)].map(([, cell]) => cell ?? '');
};

const names = (cells: string[]): string[] =>
  cells.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, name]) => name ?? '')).sort();

const isSetting = (name: string): boolean => name === name.toUpperCase();

const unique = (found: Iterable<string>): string[] => [...new Set(found)].sort();

t.test('the README has a row for every error code, and none for another', async (t) => {
  const readme = await text('README.md');
  const rows = [...readme.matchAll(/^\| `(\w+)` +\| (\d{3}) +\|/gm)];

  t.same(
    rows.map(([, code, status]) => [code, Number(status)]).sort(),
    Object.entries(ERROR_CODES).sort(),
  );
});

t.test('the README names every setting, and no other', async (t) => {
  const cells = firstCells(await text('README.md'), '## Settings');

  t.same(
    names(cells).filter(isSetting),
    [...Object.keys(Settings.properties), 'NODE_ENV'].sort().filter(isFirst),
  );
});

t.test('the README names every metric, and no other', async (t) => {
  const cells = firstCells(await text('README.md'), '## Watch it');
  const metrics = await text('server/http/metrics.ts');

  t.same(
    names(cells).filter((name) => !isSetting(name)),
    unique([...metrics.matchAll(/name: '(maria_\w+)'/g)].map(second)),
  );
});

t.test('the README names the widget’s events, attributes, properties and parts', async (t) => {
  const readme = await text('README.md');
  const widget = (await Promise.all((await sources('widget')).filter(isProduct).map(text))).join(
    '\n',
  );

  const events = unique(
    [...(await text('widget/events.ts')).matchAll(/'(maria-[a-z-]+)'/g)].map(second),
  );
  t.same(names(firstCells(readme, '### Events')), events);
  t.ok(events.every((event) => (WIDGET_EVENTS as readonly string[]).includes(event)));

  const attributes = await text('widget/attribute-check.ts');
  const lists = [...attributes.matchAll(/(?:FREE|COUNTS) = \[([^\]]+)\]/g)].map(second).join();
  const keys = /^ {2}'?([a-z-]+)'?: /gm;
  const known = unique([
    ...[...attributes.matchAll(/^ {2}'?([a-z-]+)'?: \[/gm)].map(second),
    ...[...lists.matchAll(/'([a-z-]+)'/g)].map(second),
    ...[...(await text('widget/looks.ts')).matchAll(keys)].map(second),
  ]);
  t.same([...names(firstCells(readme, '### Attributes')), 'locale'].sort(), known);

  const properties = unique([...widget.matchAll(/(--maria-[a-z-]+)/g)].map(second));
  t.same(unique(names(firstCells(readme, '### Style'))), properties);
  t.ok(properties.length <= 25);

  const parts = unique([...widget.matchAll(/part(?:="|', '|\.add\(')([a-z]+)/g)].map(second));
  t.same(listedAs(readme, 'Parts for `::part()`'), parts);

  const slots = unique([...widget.matchAll(/slot(?: name="|\.name = ')([a-z]+)/g)].map(second));
  t.same(listedAs(readme, 'Slots'), slots);

  const documented = await text('widget/configured-element.ts');
  const tagged = (tag: string) =>
    unique([...documented.matchAll(new RegExp(`@${tag} (\\w+)`, 'g'))].map(second));
  t.same(tagged('csspart'), parts);
  t.same(tagged('slot'), slots);
  const typed = await text('widget/element-attributes.ts');
  t.same(unique([...typed.matchAll(/^ {2}'?([\w-]+)'?\?:/gm)].map(second)), known);
  const sheet = await text('widget/styles/panel.ts');
  t.same(unique([...sheet.matchAll(/^ \* (--maria-[\w-]+)/gm)].map(second)), properties);

  const states = unique([...widget.matchAll(/setState\('([a-z]+)'/g)].map(second));
  t.same(listedAs(readme, 'States for `:state()`'), states);
  t.same(tagged('cssstate'), states);
});

/** The names in the line that begins so, up to its examples. */
function listedAs(readme: string, beginning: string): string[] {
  const line = readme.split(`\n${beginning}: `)[1]?.split('\n')[0] ?? '';
  return unique([...line.matchAll(/`([a-z]+)`/g)].map(second));
}

t.test('the test files that the server’s README names are there', async (t) => {
  const named = [...(await text('server/README.md')).matchAll(/`([\w-]+\.test\.ts)`/g)].map(second);

  t.ok(named.length > 0);
  t.same(
    named.filter((name) => !existsSync(path.join(PROJECT, 'server/test', name))),
    [],
  );
});

t.test('the arrows between the folders hold', async (t) => {
  const files = (await sources('server')).filter(isProduct);
  for (const file of files) {
    const imports = [...(await text(file)).matchAll(/^import (type )?.*?from '(\..*?)'/gms)];
    for (const [, isType, target] of imports) {
      const aim = path.join(path.dirname(file), target ?? '').replace(/\.js$/, '');
      const where = `${file} -> ${aim}`;
      if (file.startsWith('server/contract/')) t.match(aim, /^server\/contract\//, where);
      if (/\/main$|\/cli$/.test(aim)) t.fail(`${where}: nothing imports the process`);
      if (file.startsWith('server/object-store/') && !file.includes('routes') && !isType) {
        t.match(aim, /^server\/(object-store|contract)\//, where);
      }
      if (file.endsWith('/store.ts') && !isType) {
        t.notMatch(aim, /routes$|^server\/http\//, `${where}: a store knows SQL alone`);
      }
    }
  }
});

t.test('only the settings’ reader reads the environment', async (t) => {
  for (const file of (await sources('server')).filter(isProduct)) {
    if (/main\.ts$|cli\.ts$|bench/.test(file)) continue;
    if (!/\/embedded|\/node-version-warning/.test(file))
      t.notMatch(await text(file), /process\.env/, file);
  }
});

function isProduct(file: string): boolean {
  return !file.includes('/test/') && !file.includes('/bench/') && !file.endsWith('conformance.ts');
}

function isFirst(value: string, i: number, all: string[]): boolean {
  return all.indexOf(value) === i;
}

function second([, found]: RegExpMatchArray): string {
  return found ?? '';
}

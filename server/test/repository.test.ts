import {existsSync} from 'node:fs';
import {readFile, readdir} from 'node:fs/promises';
import path from 'node:path';
import {fileURLToPath} from 'node:url';

import t from 'tap';

import {WIDGET_EVENTS} from '../contract/event-names.js';

// dist/server/test/ -> the project
const PROJECT = fileURLToPath(new URL('../../../', import.meta.url));

const text = (file: string) => readFile(path.join(PROJECT, file), 'utf8');

const getSources = async (folder: string): Promise<string[]> => {
  const names = await readdir(path.join(PROJECT, folder), {recursive: true});
  return names.filter((name) => name.endsWith('.ts')).map((name) => path.join(folder, name));
};

/** Returns the first cells of the table below a heading. */
const firstCells = (readme: string, heading: string): string[] => {
  const section = readme.split(`${heading}\n`)[1]?.split(/\n#/)[0] ?? '';
  return [...section.matchAll(/^\| (`.*?) \|/gm)].map(([, cell]) => cell ?? '');
};

const unique = (found: Iterable<string>): string[] => [...new Set(found)].sort();

t.test('the documentation of the element names all that its code has', async (t) => {
  const widget = (await Promise.all((await getSources('widget')).filter(isProduct).map(text))).join(
    '\n',
  );
  const base = await text('widget/element/maria-chat-base.ts');
  const tagged = (tag: string) =>
    unique([...base.matchAll(new RegExp(`@${tag} ([\\w-]+) - `, 'g'))].map(second));

  const events = [...(await text('widget/events.ts')).matchAll(/super\('(maria-[a-z-]+)'/g)];
  t.same(tagged('fires'), unique(events.map(second)));
  t.same(tagged('fires'), [...WIDGET_EVENTS].sort());
  const parts = widget.matchAll(/part(?:="|: '|\.add\(')([a-z]+)/g);
  t.same(tagged('csspart'), unique([...parts].map(second)));
  const slots = widget.matchAll(/slot(?: name="|\.name = ')([a-z]+)/g);
  t.same(tagged('slot'), unique([...slots].map(second)));
  const states = widget.matchAll(/setState\('([a-z]+)'/g);
  t.same(tagged('cssstate'), unique([...states].map(second)));

  const warnings = await text('widget/element/attribute-warnings.ts');
  const lists = [...warnings.matchAll(/(?:FREE|COUNTS) = \[([^\]]+)\]/g)].map(second).join();
  const styled = await text('widget/launcher/style-attributes.ts');
  const typed = await text('widget/element/attribute-types.ts');
  t.same(
    unique([...typed.matchAll(/^ {2}'?([\w-]+)'?\?:/gm)].map(second)),
    unique([
      ...[...warnings.matchAll(/^ {2}'?([a-z-]+)'?: \[/gm)].map(second),
      ...[...lists.matchAll(/'([a-z-]+)'/g)].map(second),
      ...[...styled.matchAll(/^ {2}'?([a-z-]+)'?: /gm)].map(second),
    ]),
  );

  const properties = unique([...widget.matchAll(/(--maria-[a-z-]+)/g)].map(second));
  const sheet = await text('widget/ui/styles/panel.ts');
  t.same(unique([...sheet.matchAll(/^ \* (--maria-[\w-]+)/gm)].map(second)), properties);
  t.ok(properties.length <= 25);
});

t.test('each field of a conversation’s state has one writer', async (t) => {
  const writers = new Map<string, Set<string>>();
  for (const file of (await getSources('widget/core')).filter(isProduct)) {
    // The dialog *My data* has a state of its own.
    if (file.endsWith('my-data.ts')) continue;
    for (const [, change = ''] of (await text(file)).matchAll(/store\.patch\(\{([^}]*)\}\)/g)) {
      for (const [, field = ''] of change.matchAll(/(?:^|, )(\w+)/g))
        writers.set(field, (writers.get(field) ?? new Set()).add(path.basename(file, '.ts')));
    }
  }
  t.ok(writers.size > 10);
  for (const [field, files] of writers)
    t.equal([...files].length, 1, `${field}: ${[...files].join()}`);
});

t.test('the test files that the server’s README names exist', async (t) => {
  const named = [...(await text('server/README.md')).matchAll(/`([\w-]+\.test\.ts)`/g)].map(second);

  t.ok(named.length > 0);
  t.same(
    named.filter((name) => !existsSync(path.join(PROJECT, 'server/test', name))),
    [],
  );
});

/**
 * Layers: folders of the server and the modules beside them. Imports point to earlier layers only.
 */
const LAYERS = [
  'contract',
  'errors',
  'async',
  'units',
  'text',
  'translations',
  'database',
  'outbound',
  'config',
  'log',
  'object-store',
  'jobs',
  'alerts',
  'http',
  'resources',
  'command',
  'audit',
  'abuse',
  'releases',
  'events',
  'sites',
  'visits',
  'answers',
  'files',
  'documents',
  'webhooks',
  'mail',
  'accounts',
  'sessions',
  'messages',
  'responders',
  'live',
  'owner',
  'notifications',
  'cleanup',
  'privacy',
  'leads',
  'doctor',
  'app-deps',
  'limits',
  'core',
  'background-work',
  'compose',
  'routes',
  'app',
  'graceful-stop',
  'exit-with-parent',
  'cli',
  'main',
];

t.test('imports between folders of the server point to earlier layers', async (t) => {
  const wrong: string[] = [];
  for (const {file, target} of await findImports('server')) {
    const from = getLayer(file);
    const to = getLayer(target);
    if (from !== to && LAYERS.indexOf(to) >= LAYERS.indexOf(from))
      wrong.push(`${file} -> ${target}`);
  }
  t.same(wrong, []);
});

t.test('every folder of the server has a layer', async (t) => {
  const files = (await getSources('server')).filter(isProduct);
  t.same(unique(files.map(getLayer)), [...LAYERS].sort());
});

t.test('the server’s README lists the folders in the order of the layers', async (t) => {
  const cells = firstCells(await text('server/README.md'), '## Folders');
  t.same(
    cells.map((cell) => cell.replace(/[`/ ]/g, '')),
    LAYERS.filter((name) => existsSync(path.join(PROJECT, 'server', name))),
  );
});

for (const folder of ['server', 'widget']) {
  t.test(`no files of ${folder}/ import each other in a circle`, async (t) => {
    const graph = new Map<string, string[]>();
    for (const {file, target} of await findImports(folder))
      graph.set(file, [...(graph.get(file) ?? []), target]);
    t.ok(graph.size > 100);
    t.same(findCircle(graph), undefined);
  });
}

t.test('stores do not import HTTP modules', async (t) => {
  for (const {file, target, isType} of await findImports('server')) {
    if (!file.endsWith('/store.ts') || isType) continue;
    t.notMatch(target, /routes\.ts$|^server\/http\//, `${file} -> ${target}`);
  }
});

t.test('only the folder of the database starts transactions at the driver', async (t) => {
  for (const file of (await getSources('server')).filter(isProduct)) {
    if (file.startsWith('server/database/')) continue;
    t.notMatch(await text(file), /sql\.begin\b|\.begin\((?:async|\(tx)/i, file);
  }
});

const EMPTY_COLLECTION = /^(?:export )?const \w+(?:: .*)? = new (?:Map|Set)(?:<.*>)?\(\)/m;

t.test('modules of the server have no mutable state', async (t) => {
  for (const file of (await getSources('server')).filter(isProduct)) {
    t.notMatch(await text(file), /^(?:export )?let /m, file);
    t.notMatch(await text(file), EMPTY_COLLECTION, file);
  }
});

t.test('Promise.race appears only in async/', async (t) => {
  for (const file of (await getSources('server')).filter(isProduct)) {
    if (!file.startsWith('server/async/')) t.notMatch(await text(file), /Promise\.race/, file);
  }
});

t.test('only the module of the settings reads the environment', async (t) => {
  for (const file of (await getSources('server')).filter(isProduct)) {
    if (/main\.ts$|cli\.ts$|bench/.test(file)) continue;
    if (!/\/embedded|\/node-version-warning/.test(file))
      t.notMatch(await text(file), /process\.env/, file);
  }
});

t.test('every file with routes exports a plugin, and routes.ts registers it', async (t) => {
  const registered = await text('server/routes.ts');
  const missing: string[] = [];
  for (const file of (await getSources('server')).filter(isProduct)) {
    const plugins = [...(await text(file)).matchAll(/^export const (\w+): Plugin</gm)].map(second);
    if (/\/(.*-)?routes?\.ts$/.test(file) && getLayer(file) !== 'routes' && plugins.length === 0)
      missing.push(`${file} exports no plugin`);
    for (const plugin of plugins)
      if (!new RegExp(`await (app|scope)\\.register\\(${plugin},`).test(registered))
        missing.push(`${plugin} of ${file} is not registered`);
  }
  t.same(missing, []);
});

t.test('every plugin is registered with await or return', async (t) => {
  const floating: string[] = [];
  for (const file of (await getSources('server')).filter(isProduct)) {
    for (const line of (await text(file)).split('\n'))
      if (
        /^(?!\s*(\/\/|\/?\*)).*\.register\(/.test(line) &&
        !/(await|return) \w+\.register\(/.test(line)
      )
        floating.push(`${file}: ${line.trim()}`);
  }
  t.same(floating, []);
});

/** Patterns of mechanisms that exist once, and the only files that can contain them. */
const SINGLE_MECHANISMS: [RegExp, string[]][] = [
  [/content-security-policy|default-src 'none'/i, ['server/http/csp.ts']],
  [/'loopback'|localhost[|)]/, ['server/outbound/loopback.ts']],
  [/\/\^Bearer/, ['server/http/bearer-token.ts']],
  // A list of characters, for which Unicode has the property Bidi_Control.
  [/\\u(200e|202[a-d]|2066)/i, []],
  [/Wait \$\{/, ['server/errors.ts']],
  [/const (MEBIBYTE|MINUTE_MS|HOUR_MS|DAY_MS) =/, ['server/units.ts']],
];

t.test('a mechanism is written once', async (t) => {
  const copies: string[] = [];
  for (const file of (await getSources('server')).filter(isProduct)) {
    const source = await text(file);
    for (const [pattern, homes] of SINGLE_MECHANISMS)
      if (!homes.includes(file) && pattern.test(source)) copies.push(`${file}: ${pattern}`);
  }
  t.same(copies, []);
});

/** Files that see the errors of one transport only, so that its codes are not ambiguous there. */
const TRANSPORT_BORDERS = [
  'database/errors.ts',
  'http/client-errors.ts',
  'http/health.ts',
  'cli.ts',
];

t.test('only the border of a transport reads codes that transports share', async (t) => {
  const shared =
    /'(ECONN(RESET|REFUSED|ABORTED)|ETIMEDOUT|EPIPE|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH)'/;
  const readers: string[] = [];
  for (const file of (await getSources('server')).filter(isProduct))
    if (shared.test(await text(file))) readers.push(path.relative('server', file));
  t.same(readers.sort(), [...TRANSPORT_BORDERS].sort());
});

function isProduct(file: string): boolean {
  return !file.includes('/test/') && !file.includes('/bench/');
}

interface Import {
  file: string;
  target: string;
  isType: boolean;
}

async function findImports(folder: string): Promise<Import[]> {
  const files = (await getSources(folder)).filter(isProduct);
  const imports = files.map(async (file) =>
    [
      ...(await text(file)).matchAll(/(?:^(?:im|ex)port (type )?[^;]*?from |import\()'(\..*?)'/gms),
    ].map(([, type, target = '']) => ({
      file,
      target: path.join(path.dirname(file), target).replace(/\.js$/, '.ts'),
      isType: type !== undefined,
    })),
  );
  return (await Promise.all(imports)).flat();
}

/** Returns the folder below `server/`, or the name of a module at its top level. */
function getLayer(file: string): string {
  return (file.split('/')[1] ?? '').replace(/\.ts$/, '');
}

/** Returns a path of imports from a file back to itself. */
function findCircle(graph: Map<string, string[]>): string[] | undefined {
  const done = new Set<string>();
  const search = (file: string, trail: string[]): string[] | undefined => {
    if (trail.includes(file)) return [...trail.slice(trail.indexOf(file)), file];
    if (done.has(file)) return undefined;
    for (const next of graph.get(file) ?? []) {
      const circle = search(next, [...trail, file]);
      if (circle) return circle;
    }
    done.add(file);
    return undefined;
  };
  for (const file of graph.keys()) {
    const circle = search(file, []);
    if (circle) return circle;
  }
  return undefined;
}

function second([, found]: RegExpMatchArray): string {
  return found ?? '';
}

t.test('no query of the console skips rows', async (t) => {
  const files = (
    await Promise.all(['accounts', 'leads'].map((name) => getSources(`server/${name}`)))
  ).flat();
  t.ok(files.length > 20);
  for (const file of files) t.notMatch(await text(file), /\boffset\b/i, file);
});

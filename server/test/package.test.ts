import {execFile} from 'node:child_process';
import {mkdir, mkdtemp, readFile, readdir, rm, symlink, writeFile} from 'node:fs/promises';
import {createRequire} from 'node:module';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {fileURLToPath} from 'node:url';
import {promisify} from 'node:util';

import t from 'tap';

import {importInstalled, installManifest} from './manifests.js';

const run = promisify(execFile);

// dist/server/test/ -> the project
const PROJECT = fileURLToPath(new URL('../../../', import.meta.url));
const tool = (name: string) => path.join(PROJECT, 'node_modules', name);

interface PackageLinter {
  publint: (options: object) => Promise<{messages: object[]}>;
  formatMessage: (message: object, manifest: object) => string | undefined;
}

/** Installs the archive of `npm pack`, as a user does. */
const install = async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'maria-package-'));
  t.teardown(() => rm(folder, {recursive: true}));
  const packing = ['pack', '--ignore-scripts', '--json', '--pack-destination', folder];
  const {stdout} = await run('npm', packing, {cwd: PROJECT});
  const [{filename}] = JSON.parse(stdout) as [{filename: string}];
  const tarball = path.join(folder, filename);
  await run('tar', ['-xzf', tarball, '-C', folder]);
  const manifest = JSON.parse(
    await readFile(path.join(folder, 'package/package.json'), 'utf8'),
  ) as object;
  const modules = path.join(folder, 'node_modules');
  await mkdir(modules);
  await symlink(path.join(folder, 'package'), path.join(modules, 'maria-chat'));
  // The types import only these dependencies; the server needs the others.
  await mkdir(path.join(modules, '@lit'));
  for (const name of ['lit', '@lit/reactive-element'])
    await symlink(tool(name), path.join(modules, name));
  return {folder, tarball, modules, manifest};
};

const CONSUMER = `
import {MariaChat, MariaErrorEvent} from 'maria-chat';
import type {MariaChatAttributes} from 'maria-chat';

const chat = document.querySelector('maria-chat');
if (!chat) throw new Error('not there');
const isElement: MariaChat & HTMLElement = chat;
chat.addEventListener('maria-step', ({step, index}) => {
  const [id, at]: [string, number | null] = [step, index];
  console.log(id, at);
});
document.addEventListener('maria-complete', (event) => event.reference.toUpperCase());
window.addEventListener('maria-consent', ({purpose, granted}) => {
  const given: boolean = granted;
  if (purpose === 'ai_training') console.log(given);
});
document.body.addEventListener('maria-error', (event) => event instanceof MariaErrorEvent);
await chat.open();
await chat.prefill({name: 'Ana'});
const count: number = chat.unreadCount;
const state: 'visit' | 'pending' | 'complete' | null = chat.state;
await window.MariaChat?.ready;
void window.MariaChat?.('open');
const attributes: MariaChatAttributes = {theme: 'dark', 'max-files': 2};
console.log(isElement, count, state, attributes);

// @ts-expect-error There is no such theme.
const wrong: MariaChatAttributes = {theme: 'drak'};
// @ts-expect-error A step is a word.
chat.addEventListener('maria-step', ({step}) => step * 2);
// @ts-expect-error Private members are not part of the element's types.
chat.focusKeeper;
console.log(wrong);
`;

const JSX_CONSUMER = `
import type {} from 'maria-chat/react';

export const page = (
  <maria-chat
    site="acme"
    theme="dark"
    max-files={2}
    className="chat"
    onmaria-complete={(event) => event.reference.toUpperCase()}
    ref={(chat) => void chat?.open()}
  />
);
// @ts-expect-error There is no such theme.
export const wrong = <maria-chat theme="drak" />;
`;

/** The part of React's types that our types use, at the same place as in React 19. */
const REACT_TYPES = `
export interface HTMLAttributes<T> {className?: string; id?: string; lang?: string; children?: unknown}
export type DetailedHTMLProps<E, T> = E & {ref?: ((element: T | null) => void) | {current: T | null}};
export namespace JSX { interface IntrinsicElements {} }
`;

const OPTIONS = {
  strict: true,
  noEmit: true,
  target: 'ES2022',
  lib: ['ES2022', 'DOM', 'DOM.Iterable'],
  types: [],
};

const BUNDLER = {module: 'ESNext', moduleResolution: 'Bundler', skipLibCheck: true};

t.test('the package', async (t) => {
  const {folder, tarball, modules, manifest} = await install();
  const compile = async (name: string, options: object, files: string[]) => {
    const config = path.join(folder, `tsconfig.${name}.json`);
    await writeFile(config, JSON.stringify({compilerOptions: {...OPTIONS, ...options}, files}));
    return run(process.execPath, [tool('typescript/bin/tsc'), '-p', config]).then(
      () => '',
      (failure: {stdout: string}) => failure.stdout,
    );
  };

  await t.test('can be published', (t) => {
    t.notOk('private' in manifest);
    t.match(manifest, {version: /^\d+\.\d+\.\d+/, license: 'MIT', description: /\w/});
    t.end();
  });

  await t.test('passes publint', async (t) => {
    const {publint, formatMessage} = await importInstalled<PackageLinter>(
      'server/test/checkers',
      'package-checks.mjs',
    );
    const {messages} = await publint({pkgDir: path.join(folder, 'package'), pack: false});

    t.same(
      messages.map((message) => formatMessage(message, manifest)),
      [],
    );
  });

  await t.test('has types for every way of import', async (t) => {
    const checkers = await installManifest('server/test/checkers');
    const asked = [path.join(checkers, '@arethetypeswrong/cli/dist/index.js'), tarball];
    const how = ['--profile', 'esm-only', '--no-definitely-typed', '--no-color'];

    const found = await run(process.execPath, [...asked, ...how]).then(
      () => '',
      (failure: {stdout: string}) => failure.stdout,
    );

    t.equal(found, '');
  });

  await t.test('has types that compile in a strict project, with libraries checked', async (t) => {
    await writeFile(path.join(folder, 'consumer.ts'), CONSUMER);
    await writeFile(path.join(folder, 'package.json'), '{"type": "module"}');

    for (const resolution of [{module: 'NodeNext', moduleResolution: 'NodeNext'}, BUNDLER]) {
      t.equal(await compile(resolution.module, resolution, ['consumer.ts']), '', resolution.module);
    }
  });

  await t.test('has types that compile in the JSX of React', async (t) => {
    await mkdir(path.join(modules, '@types/react'), {recursive: true});
    await writeFile(path.join(modules, '@types/react/index.d.ts'), REACT_TYPES);
    await writeFile(
      path.join(modules, '@types/react/jsx-runtime.d.ts'),
      `export {JSX} from './index.js';`,
    );
    await writeFile(path.join(folder, 'page.tsx'), JSX_CONSUMER);
    const options = {...BUNDLER, jsx: 'react-jsx'};

    t.equal(await compile('jsx', options, ['page.tsx']), '');
  });

  await t.test('can be imported during server-side rendering', async (t) => {
    const code = `
      import * as all from 'maria-chat';
      console.log(typeof globalThis.HTMLElement, Object.keys(all).sort().join(' '));`;
    await writeFile(path.join(folder, 'server.mjs'), code);

    const {stdout} = await run(process.execPath, [path.join(folder, 'server.mjs')]);

    const [, ...names] = stdout.trim().split(' ');
    t.match(stdout, /^undefined /);
    t.same(names, await namesExported(path.join(folder, 'package/dist/widget-types')));
  });

  await t.test('describes its element for editors', async (t) => {
    const user = createRequire(path.join(folder, 'user.js'));
    const place = user.resolve('maria-chat/custom-elements.json');
    const {modules} = JSON.parse(await readFile(place, 'utf8')) as {
      modules: {declarations: Record<string, {name: string}[]>[]}[];
    };
    const [element] = modules[0]?.declarations ?? [];

    for (const [kind, name] of [
      ['attributes', 'launcher-selector'],
      ['members', 'open'],
      ['events', 'maria-complete'],
      ['slots', 'avatar'],
      ['cssParts', 'dropzone'],
      ['cssStates', 'verified'],
      ['cssProperties', '--maria-accent'],
    ] as const) {
      const names = element?.[kind]?.map((item) => item.name) ?? [];
      t.ok(names.includes(name), `${kind}: ${name}`);
      t.same(names, [...new Set(names)], `each of the ${kind} once`);
    }
    const members = element?.['members']?.map(({name}) => name) ?? [];
    for (const inner of ['focusKeeper', 'chat', 'loadLater'])
      t.notOk(members.includes(inner), `no other package contains ${inner}`);
  });

  await t.test('contains only files that are needed at run time', async (t) => {
    const files = await readdir(path.join(folder, 'package'), {recursive: true});

    for (const needed of [
      'dist/server/cli.js',
      'dist/widget/maria-chat.js',
      'dist/widget/manifest.json',
      'migrations',
      'README.md',
      'LICENSE',
    ])
      t.ok(files.includes(needed), needed);
    t.same(
      files.filter((file) => /\/test\/|\/bench\/|\.map$|\.tsbuildinfo$|\.env/.test(file)),
      [],
    );
  });
});

/** Returns the names of exported values. Types do not exist at run time. */
async function namesExported(types: string): Promise<string[]> {
  const events = await readFile(path.join(types, 'events.d.ts'), 'utf8');
  const classes = [...events.matchAll(/export declare class (\w+)/g)].map(([, name]) => name ?? '');
  return ['MariaChat', ...classes].sort();
}

import {execFile} from 'node:child_process';
import {mkdir, symlink, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {fileURLToPath} from 'node:url';

import t from 'tap';
import type {Test} from 'tap';
import type ts from 'typescript';

import {importInstalled, installManifest} from './manifests.js';
import {startServer, temporaryFolder} from './start-server.js';

const MODULES = fileURLToPath(new URL('../../../node_modules/', import.meta.url));

/** A program that makes all calls of a visit, written from the API description only. */
const PROGRAM = `
import createClient from 'openapi-fetch';

import type {components, paths} from './api.js';

type Session = components['schemas']['Session'];

const baseUrl = process.argv[2] ?? '';
const anybody = createClient<paths>({baseUrl});

const config = await anybody.GET('/api/sites/{key}/config', {params: {path: {key: 'demo'}}});
const firstStep = config.data?.conversation.steps[0]?.type;

const made = await anybody.POST('/api/session/generate-uuid', {body: {site: 'demo'}});
if (!made.data) throw new Error(made.error.code);
const {uuid, token} = made.data;
const client = createClient<paths>({
  baseUrl,
  headers: {authorization: \`Bearer \${token}\`, 'x-session-uuid': uuid},
});

const early = await client.PUT('/api/session/contact', {
  body: {name: 'Anna', email: 'anna@example.com'},
});
const refused: string | undefined = early.error?.code === 'consent_required' ? 'yes' : undefined;

const consents = await client.PUT('/api/session/consents', {
  body: {
    consents: [
      {purpose: 'personal_data', granted: true, wording: 'May we store this?', locale: 'en'},
    ],
  },
});

const file = new Blob([\`%PDF-1.7\\n\${'x'.repeat(5_000)}\\n%%EOF\\n\`], {type: 'application/pdf'});
const uploaded = await client.POST('/api/files/upload', {
  params: {header: {'idempotency-key': 'the-only-one'}},
  body: {size: file.size, file},
  bodySerializer: ({size, file}) => {
    const form = new FormData();
    form.set('size', String(size));
    form.set('file', file, 'cv.pdf');
    return form;
  },
});
if (!uploaded.data) throw new Error(uploaded.error.code);
const {id} = uploaded.data.file;

const contact = await client.PUT('/api/session/contact', {
  body: {name: 'Anna', email: 'anna@example.com', locale: 'en'},
});
const read = await client.GET('/api/session');
const session: Session | undefined = read.data;
const listed = await client.GET('/api/files');
const link = await client.GET('/api/files/download/{file_id}', {
  params: {path: {file_id: id}},
});
const bytes = await (await fetch(link.data?.url ?? '')).arrayBuffer();
const archive = await client.GET('/api/session/export', {parseAs: 'blob'});
const deleted = await client.DELETE('/api/files/{file_id}', {params: {path: {file_id: id}}});
const ended = await client.DELETE('/api/session');
const gone = await client.GET('/api/session');

console.log(
  JSON.stringify({
    uuid,
    firstStep,
    refused,
    purposes: consents.data?.consents.map(({purpose, granted}) => [purpose, granted]),
    upload: [uploaded.response.status, uploaded.data.file.name, uploaded.data.file.size],
    contact: [contact.response.status, contact.data?.state, contact.data?.email_masked],
    session: [session?.state, session?.name, session?.files.map(({name}) => name)],
    listed: listed.data?.files.map((one) => one.id === id),
    downloaded: bytes.byteLength === file.size,
    archived: (archive.data?.size ?? 0) > 100,
    ends: [deleted.response.status, ended.response.status, gone.error?.code],
  }),
);
`;

/** Mistakes in the program: text, replacement, and a word of the expected compiler error. */
const FAULTS: [string, string, string][] = [
  ['granted: true', 'grnated: true', 'grnated'],
  ["purpose: 'personal_data'", "purpose: 'personal'", '"personal"'],
  ["name: 'Anna', email", "nmae: 'Anna', email", 'nmae'],
  ['const {uuid, token} = made.data', 'const {uuid, tokn: token} = made.data', 'tokn'],
  ["'/api/session/export'", "'/api/session/exports'", 'exports'],
  ['{path: {file_id: id}}', '{path: {id}}', 'file_id'],
  ["early.error?.code === 'consent_required'", "early.error?.code === 'no_file'", 'no overlap'],
  ['{size: file.size, file}', '{size: file.size}', "'file'"],
];

t.test('a client generated from the API description can make all calls of a visit', async (t) => {
  const server = await startServer(t);
  const folder = await project(t, server.url);
  await writeFile(path.join(folder, 'visit.ts'), PROGRAM);

  const compiled = await run('typescript/bin/tsc', ['-p', folder]);
  t.equal(compiled.code, 0, compiled.output);
  const {code, output} = await run(path.join(folder, 'visit.js'), [server.url]);

  t.equal(code, 0, output);
  const told = JSON.parse(output) as {uuid: string};
  t.match(told, {
    firstStep: 'say',
    refused: 'yes',
    purposes: [['personal_data', true]],
    upload: [201, 'cv.pdf', 5_016],
    contact: [202, 'pending', 'a•••@example.com'],
    session: ['pending', 'Anna', ['cv.pdf']],
    listed: [true],
    downloaded: true,
    archived: true,
    ends: [204, 204, 'session_gone'],
  });
  t.same(await server.sql`select state from visits where uuid = ${told.uuid}`, [{state: 'erased'}]);
});

t.test('the compiler reports mistakes in such a client', async (t) => {
  const server = await startServer(t);
  const folder = await project(t, server.url);
  for (const [i, [right, wrong]] of FAULTS.entries()) {
    t.ok(PROGRAM.includes(right), right);
    await writeFile(path.join(folder, `wrong${i}.ts`), PROGRAM.replace(right, wrong));
  }

  const {code, output} = await run('typescript/bin/tsc', ['-p', folder, '--pretty', 'false']);

  t.not(code, 0);
  for (const [i, [, wrong, word]] of FAULTS.entries()) {
    const told = output.split(/\n(?=\S)/).filter((line) => line.includes(`wrong${i}.ts`));
    t.ok(told.join('\n').includes(word), `${wrong}: ${told.join('\n')}`);
  }
});

interface Generator {
  openapiTS: (url: URL, options: object) => Promise<ts.Node[]>;
  astToString: (types: ts.Node[]) => string;
  ts: typeof ts;
}

/** Creates a project as a developer would: with types from the API description only. */
const project = async (t: Test, url: string): Promise<string> => {
  const folder = path.join(await temporaryFolder(t), 'client');
  await mkdir(folder);
  const checkers = await installManifest('server/test/checkers');
  await mkdir(path.join(folder, 'node_modules'));
  for (const [modules, name] of [
    [checkers, 'openapi-fetch'],
    [MODULES, '@types'],
  ] as const)
    await symlink(path.join(modules, name), path.join(folder, 'node_modules', name));
  const {openapiTS, astToString, ts} = await importInstalled<Generator>(
    'server/test/checkers',
    'openapi-tools.mjs',
  );
  const types = await openapiTS(new URL(`${url}/api/openapi.json`), {
    // The generator lets its user choose the type of binary data.
    transform: ({format}: {format?: string}) =>
      format === 'binary' ? ts.factory.createTypeReferenceNode('Blob') : undefined,
  });
  await writeFile(path.join(folder, 'api.d.ts'), astToString(types));
  await writeFile(path.join(folder, 'package.json'), JSON.stringify({type: 'module'}));
  const compilerOptions = {
    target: 'ES2023',
    module: 'NodeNext',
    moduleResolution: 'NodeNext',
    lib: ['ES2023', 'DOM'],
    types: ['node'],
    strict: true,
    noUncheckedIndexedAccess: true,
    skipLibCheck: true,
  };
  await writeFile(path.join(folder, 'tsconfig.json'), JSON.stringify({compilerOptions}));
  return folder;
};

const run = (program: string, args: string[]) =>
  new Promise<{code: number; output: string}>((resolve) => {
    const file = path.resolve(MODULES, program);
    execFile(process.execPath, [file, ...args], (error, stdout, stderr) => {
      resolve({code: error ? Number(error.code ?? 1) : 0, output: `${stdout}${stderr}`});
    });
  });

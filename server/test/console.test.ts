import {mkdir, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {gzipSync} from 'node:zlib';

import t from 'tap';
import type {Test} from 'tap';

import {CONSOLE_HEADERS, OwnerClient} from './owner-client.js';
import {startServer, temporaryFolder} from './start-server.js';
import type {TestServer} from './start-server.js';

const SCRIPT = 'console-A1b2C3d4.js';
const PAGES = 'pages-A1b2C3d4.js';
const CODE = 'export {};\n';

/** Starts a server with a built console. */
const startConsole = async (
  t: Test,
  settings: Record<string, string> = {},
): Promise<TestServer> => {
  const consoleFolder = path.join(await temporaryFolder(t), 'console');
  await mkdir(consoleFolder);
  const manifest = JSON.stringify({version: '1.0.0', script: SCRIPT, pages: PAGES});
  await writeFile(path.join(consoleFolder, 'manifest.json'), manifest);
  for (const name of [SCRIPT, PAGES]) {
    await writeFile(path.join(consoleFolder, name), CODE);
    await writeFile(path.join(consoleFolder, `${name}.gz`), gzipSync(CODE));
  }
  return startServer(t, {settings, deps: {consoleFolder}});
};

const get = ({url}: Pick<TestServer, 'url'>, place: string, headers = {}) =>
  fetch(`${url}${place}`, {headers, redirect: 'manual'});

t.test('the console', async (t) => {
  const server = await startConsole(t);
  const shell = await (await get(server, '/console/')).text();

  await t.test('is the same page at every place, with and without a cookie', async (t) => {
    const owner = await OwnerClient.create(server);
    const places = [
      '/console/',
      '/console/acme/leads?view=open',
      '/console/leads/2f1c7c1e-6d0b-4c53-9d1a-0a5c8a6f3b1e',
      '/console/sign-in/',
      '/console/%3Cscript%3E/%00',
    ];
    for (const place of places)
      for (const headers of [{}, owner.headers]) {
        const response = await get(server, place, headers);
        t.equal(response.status, 200, place);
        t.match(response.headers.get('content-type'), 'text/html');
        t.equal(await response.text(), shell);
        t.equal(response.headers.get('set-cookie'), null);
      }
    t.match(shell, `<script type="module" src="/console/assets/${SCRIPT}"></script>`);
    t.notMatch(shell, /<style|style=|onload|<script>/);
  });

  await t.test('is revalidated, isolated and not indexed', async (t) => {
    const {headers} = await get(server, '/console/acme/leads');

    t.match(Object.fromEntries(headers), {
      'cache-control': 'no-cache',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'x-robots-tag': 'noindex',
      'x-frame-options': 'DENY',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
    });
    t.equal(headers.get('access-control-allow-origin'), null);
    const etag = headers.get('etag') ?? '';
    const cached = {'if-none-match': etag, 'cache-control': 'max-age=0'};
    t.equal((await get(server, '/console/other', cached)).status, 304);
  });

  await t.test('runs only scripts of its host, and can be framed by no page', async (t) => {
    const {headers} = await get(server, '/console/');

    t.same((headers.get('content-security-policy') ?? '').split('; '), [
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      "img-src 'self'",
      "connect-src 'self'",
      "frame-src 'self'",
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
      "require-trusted-types-for 'script'",
      'trusted-types lit-html',
    ]);
  });

  await t.test('has a page for the sandboxed frame, which reaches nothing', async (t) => {
    const response = await get(server, '/console/pages/');
    const {origin} = new URL(server.config.publicUrl);

    t.same((response.headers.get('content-security-policy') ?? '').split('; '), [
      "default-src 'none'",
      `script-src 'self' ${origin}`,
      `style-src 'self' ${origin}`,
      'img-src blob: data:',
      'font-src blob: data:',
      "connect-src 'none'",
      "base-uri 'none'",
      "form-action 'none'",
      `frame-ancestors 'self' ${origin}`,
      'sandbox allow-scripts',
    ]);
    t.match(Object.fromEntries(response.headers), {
      'cache-control': 'no-cache',
      'cross-origin-resource-policy': 'same-origin',
      'x-robots-tag': 'noindex',
    });
    t.equal(response.headers.get('x-frame-options'), null);
    t.match(
      await response.text(),
      `<script type="module" src="/console/assets/${PAGES}" crossorigin></script>`,
    );
  });

  await t.test('has files that are cached for a year, also for the frame', async (t) => {
    for (const name of [SCRIPT, PAGES]) {
      const response = await get(server, `/console/assets/${name}`);
      t.equal(await response.text(), CODE);
      t.match(Object.fromEntries(response.headers), {
        'cache-control': 'public, max-age=31536000, immutable',
        'access-control-allow-origin': '*',
        'cross-origin-resource-policy': 'cross-origin',
        'content-encoding': 'gzip',
        'content-type': /javascript/,
      });
    }
  });

  for (const place of [
    '/console/assets/other-A1b2C3d4.js',
    '/console/assets/manifest.json',
    '/console/assets/',
    '/console/assets',
    '/console/pages/other',
    '/console/assets/..%2fmanifest.json',
    '/consoles/',
    '/widget/console/manifest.json',
    `/widget/console/${SCRIPT}`,
  ])
    await t.test(`has nothing at ${place}`, async (t) => {
      t.equal((await get(server, place)).status, 404);
    });

  await t.test('is also found without the last slash, and cannot be written', async (t) => {
    const response = await get(server, '/console');
    t.same([response.status, response.headers.get('location')], [302, '/console/']);
    const posted = await fetch(`${server.url}/console/`, {
      method: 'POST',
      headers: CONSOLE_HEADERS,
    });
    t.equal(posted.status, 405);
    const preflight = await fetch(`${server.url}/console/`, {method: 'OPTIONS'});
    t.equal(preflight.status, 404);
  });
});

t.test('the console below a path', async (t) => {
  const server = await startConsole(t, {PUBLIC_URL: 'http://localhost/chat'});

  t.match(await (await get(server, '/console/')).text(), `src="/chat/console/assets/${SCRIPT}"`);
  t.equal((await get(server, '/console')).headers.get('location'), '/chat/console/');
});

for (const [title, settings] of [
  ['is switched off', {CONSOLE: 'false'}],
  ['has another host', {CONSOLE_URL: 'http://console.example/console/'}],
] as const)
  t.test(`the console ${title}: there is nothing at this host`, async (t) => {
    const server = await startConsole(t, settings);

    for (const place of [
      '/console',
      '/console/',
      '/console/leads',
      '/console/pages/',
      `/console/assets/${SCRIPT}`,
      '/api/owner/account',
      '/api/owner/sites',
    ])
      t.equal((await get(server, place, CONSOLE_HEADERS)).status, 404, place);
    t.equal((await get(server, '/api/sites/demo/config')).status, 200, 'visitors are served');
  });

t.test('a server without a built console has none', async (t) => {
  const consoleFolder = await temporaryFolder(t);
  const server = await startServer(t, {deps: {consoleFolder}});

  t.equal((await get(server, '/console/')).status, 404);
});

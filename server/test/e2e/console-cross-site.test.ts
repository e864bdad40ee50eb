import {createServer} from 'node:http';
import type {AddressInfo} from 'node:net';

import type {Page} from 'playwright-core';
import t from 'tap';

import {fetchOpenApi, getOperations} from '../openapi-document.js';
import {listCalls} from '../owner-calls.js';
import type {FilledCall} from '../owner-calls.js';
import {OwnerClient} from '../owner-client.js';
import {makeTextPdf} from '../text-pdf.js';
import {until} from '../until.js';
import {request} from '../visitor.js';
import {makeLead, openConsole, openContext, startConsole} from './console-page.js';

const {server, browser} = await startConsole(t);
const files = [{name: 'cv.pdf', bytes: makeTextPdf([['Curriculum vitae']])}];
const {uuid} = await makeLead(server, {name: 'Anna', files});
const [file] = await server.sql<{id: string}[]>`select id from file_uploads`;

/** Cookies that the other server got. It shares its host with the console, but not its origin. */
const received: string[] = [];
const foreign = createServer(({url = '', headers}, response) => {
  received.push(headers.cookie ?? '');
  response.setHeader('content-type', 'text/html');
  response.end(url === '/' ? '' : `<a href="${server.url}/console/leads/${uuid}">Open</a>`);
});
await new Promise<void>((resolve) => foreign.listen(0, '127.0.0.1', resolve));
t.teardown(() => foreign.close());
const {port} = foreign.address() as AddressInfo;
const SIBLING = `http://localhost:${port}/`;
const FOREIGN = `http://127.0.0.1:${port}/`;

/** Returns the calls of every operation, for things that the signed-in owner can change. */
const listOwnCalls = async ({accountId}: OwnerClient): Promise<FilledCall[]> => {
  const [session] = await server.sql<{id: string}[]>`
    select id from account_sessions where account_id = ${accountId}`;
  const ids = {
    ...{key: 'demo', uuid, account: accountId, file_id: file?.id ?? ''},
    ...{session: session?.id ?? '', export_id: uuid},
  };
  return getOperations(await fetchOpenApi(server.url))
    .filter(({path}) => path.startsWith('/api/owner/'))
    .flatMap((operation) => listCalls(operation, ids));
};

/** Returns everything that a call can change. */
const readAll = async () =>
  JSON.stringify([
    await server.sql`select session_uuid, status from leads`,
    await server.sql`select uuid, name, email from user_sessions`,
    await server.sql`select id, name, locale from accounts`,
    await server.sql`select * from memberships`,
    await server.sql`select id, ended_at from account_sessions`,
    await server.sql`select id from sign_in_links`,
    await server.sql`select count(*) from audit_logs`,
  ]);

/** Returns the statuses of the console's calls since a line of the log. */
const statusesSince = (line: number, ending = ''): number[] =>
  server.logLines
    .slice(line)
    .filter(({route}) => typeof route === 'string' && route.startsWith('/api/owner'))
    .filter(({route}) => String(route).endsWith(ending))
    .map(({status}) => Number(status));

// Page scripts are strings, because the types of a page are not those of the server.

/** Sends each call in every way that a page of another origin has. Returns the number of forms. */
const ATTACK = `async (calls) => {
  const body = document.body ?? document.documentElement.appendChild(document.createElement('body'));
  const get = [];
  let forms = 0;
  await Promise.all(calls.flatMap(({method, url, body: json}) => {
    const content = json === undefined ? {} : {body: JSON.stringify(json)};
    const send = (more) =>
      fetch(url, {method, credentials: 'include', ...more}).then(() => 0, () => 0);
    const json_ = {headers: {'content-type': 'application/json'}, ...content};
    const sent = [send(json_), send(method === 'GET' ? {} : content)];
    if (method === 'GET' || method === 'POST') {
      sent.push(send({mode: 'no-cors', ...(method === 'POST' && content)}));
      const frame = body.appendChild(document.createElement('iframe'));
      frame.name = 'form-' + forms++;
      const form = body.appendChild(document.createElement('form'));
      Object.assign(form, {action: url, method, enctype: 'text/plain', target: frame.name});
      const field = form.appendChild(document.createElement('input'));
      field.name = JSON.stringify(json ?? {});
      form.submit();
    }
    if (method === 'GET') {
      const image = new Image();
      sent.push(new Promise((resolve) => (image.onload = image.onerror = resolve)));
      image.src = url;
    }
    return sent;
  }));
  return forms;
}`;

/** Attacks from the top of a page, or from a sandboxed frame in it. */
const attack = async (page: Page, calls: FilledCall[], isFramed: boolean): Promise<number> => {
  const filled = calls.map((call) => ({...call, url: server.url + call.path}));
  const argument = JSON.stringify(filled);
  if (!isFramed) return page.evaluate<number>(`(${ATTACK})(${argument})`);
  await page.evaluate(`{
    const frame = document.createElement('iframe');
    frame.sandbox = 'allow-scripts allow-forms';
    frame.srcdoc = '<body></body>';
    document.documentElement.append(frame);
  }`);
  await until(() => page.frames().length > 1);
  const frame = page.frames()[1];
  return (await frame?.evaluate<number>(`(${ATTACK})(${argument})`)) ?? 0;
};

for (const [name, url, isFramed] of [
  ['a foreign page', FOREIGN, false],
  ['a page of the same host', SIBLING, false],
  ['a sandboxed frame', SIBLING, true],
] as const)
  t.test(`${name} reads nothing and changes nothing, whatever it calls`, async (t) => {
    const {page, context, owner, main} = await openConsole(browser, server, 'account');
    await main.locator('.sessions').waitFor();
    await page.close();
    const calls = await listOwnCalls(owner);
    t.ok(calls.length > 30, `${calls.length} calls`);
    const before = await readAll();
    const line = server.logLines.length;

    const attacker = await context.newPage();
    await attacker.goto(url);
    t.equal(received.at(-1)?.includes('maria_console=') ?? false, url === SIBLING);
    const forms = await attack(attacker, calls, isFramed);
    t.ok(forms > 20, `${forms} forms`);
    await until(() => statusesSince(line).length > calls.length + forms);

    const statuses = new Set(statusesSince(line));
    t.same([...statuses], [403], 'each call is refused');
    t.equal(await readAll(), before);
    t.equal((await owner.call('GET', '/api/owner/account')).status, 200);
  });

t.test('a call without Sec-Fetch-Site changes nothing from a wrong origin', async (t) => {
  const owner = await OwnerClient.create(server);
  const calls = (await listOwnCalls(owner)).filter(({method}) => method !== 'GET');
  const before = await readAll();
  for (const {method, path, body} of calls)
    for (const origin of [SIBLING.slice(0, -1), 'null', undefined]) {
      const {status} = await request(server.url, method, path, {
        headers: {
          ...{cookie: owner.cookie, 'content-type': 'application/json'},
          ...(origin && {origin}),
        },
        ...(body !== undefined && {body: JSON.stringify(body)}),
      });
      t.equal(status, 403, `${method} ${path} from ${origin}`);
    }
  t.equal(await readAll(), before);
});

/** Adds an element of each kind that shows or runs what it loads. */
const ADD_ELEMENTS = `(url) => {
  for (const name of ['img', 'iframe', 'embed', 'object', 'script']) {
    const element = document.createElement(name);
    element[name === 'object' ? 'data' : 'src'] = url;
    document.documentElement.append(element);
  }
}`;

t.test('the bytes of a document are shown in no address bar and no element', async (t) => {
  const {page, context} = await openConsole(browser, server, 'account');
  const downloads: unknown[] = [];
  context.on('page', () => t.fail('a window was opened'));
  page.on('download', (download) => downloads.push(download));
  const url = `${server.url}/api/owner/files/${file?.id ?? ''}/bytes`;
  const line = server.logLines.length;
  const response = await page.goto(url);
  t.equal(response?.status(), 403);
  t.match(await page.locator('body').textContent(), 'cross_site');
  // The demo page has the console's origin, and a policy that allows elements.
  for (const place of [`${server.url}/`, SIBLING, FOREIGN]) {
    await page.goto(place);
    await page.evaluate(`(${ADD_ELEMENTS})(${JSON.stringify(url)})`);
    await page.waitForLoadState('networkidle');
  }
  // A browser can share requests between elements, or leave some out.
  t.ok(statusesSince(line, '/bytes').length > 1);
  t.same([...new Set(statusesSince(line, '/bytes'))], [403]);
  t.same(downloads, []);
});

for (const isSignedIn of [true, false])
  t.test(
    `a link on a foreign page leads ${isSignedIn ? 'to the lead' : 'to the lead after signing in'}`,
    async () => {
      const {context, page} = isSignedIn
        ? await openConsole(browser, server, 'account')
        : await openContext(browser).then(async (context) => ({
            context,
            page: await context.newPage(),
          }));
      await page.goto(`${FOREIGN}mail`);
      await page.getByRole('link', {name: 'Open'}).click();
      if (!isSignedIn) {
        await page.getByRole('button', {name: 'Send me a link'}).waitFor();
        const owner = await OwnerClient.create(server);
        const [name = '', value = ''] = owner.cookie.split('=');
        await context.addCookies([{name, value, url: server.url, sameSite: 'Strict'}]);
        await page.reload();
      }
      await page.getByRole('heading', {name: 'Anna'}).waitFor();
    },
  );

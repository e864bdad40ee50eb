import t from 'tap';
import type {Test} from 'tap';
import {v4} from 'uuid';

import {connectDatabase} from '../database/connect.js';
import {freePort} from './free-port.js';
import {retryWhileBusy} from './retry-while-busy.js';
import {startServer} from './start-server.js';
import type {TestServer} from './start-server.js';

const SENTENCE =
  'The system has encountered an error, which has been notified to the administrator to investigate. Please try again later.';
const LINK = `/verify/${v4()}.${'A'.repeat(43)}`;

const open = async (
  {url}: TestServer,
  address: string,
  {method = 'GET', language = 'en', expects = 503} = {},
) => {
  const call = () => fetch(`${url}${address}`, {method, headers: {'accept-language': language}});
  const response = expects === 503 ? await call() : await retryWhileBusy(call);
  return {response, page: await response.text()};
};

const isPage = (t: Test, {headers}: Response, page: string) => {
  t.equal(headers.get('content-type'), 'text/html; charset=utf-8');
  t.match(headers.get('content-security-policy'), /default-src 'none'.*form-action 'self'/);
  t.equal(headers.get('cache-control'), 'no-store');
  t.match(page, /<meta name="viewport"/);
  t.match(page, /<link rel="icon" href="\/assets\/icon\.svg"/);
  t.match(headers.get('content-security-policy'), /img-src 'self'/);
};

t.test('a link opened during a database outage shows a page', async (t) => {
  const sql = connectDatabase({url: `postgres://nobody:secret@127.0.0.1:${await freePort()}/x`});
  t.teardown(() => sql.end({timeout: 1}));
  const server = await startServer(t, {deps: {sql}});

  for (const address of [LINK, `${LINK}/not-me`]) {
    for (const method of ['GET', 'POST']) {
      const {response, page} = await open(server, address, {method});

      t.equal(response.status, 503, `${method} ${address.slice(-6)}`);
      isPage(t, response, page);
      t.ok(page.includes(SENTENCE));
      t.ok(page.includes(`Reference: ${response.headers.get('x-request-id')}`));
      t.equal(response.headers.get('retry-after'), '2');
    }
  }
  for (const [language, title] of [
    ['de-AT,de;q=0.9', 'Etwas ist schiefgegangen'],
    ['pt-BR;q=0.5', 'Algo deu errado'],
    ['da, sv;q=0.9, fr;q=0.8', 'Un problème est survenu'],
    ['*', 'Something went wrong'],
    ['ar', 'حدث خطأ ما'],
    ['xx', 'Something went wrong'],
  ] as const) {
    const {page} = await open(server, LINK, {language});
    t.ok(page.includes(`<h1>${title}</h1>`), language);
    t.equal(page.includes('dir="rtl"'), language === 'ar');
  }
});

t.test('a link opened during a server error shows only the reference', async (t) => {
  const server = await startServer(t);
  await server.sql`alter table email_verifications rename to elsewhere`;

  const {response, page} = await open(server, LINK, {expects: 500});

  t.equal(response.status, 500);
  isPage(t, response, page);
  t.ok(page.includes(SENTENCE));
  t.ok(page.includes(response.headers.get('x-request-id') ?? 'none'));
  t.notMatch(page, /email_verifications|relation|internal/);
});

t.test('too many opened links show a page that asks to wait', async (t) => {
  const server = await startServer(t, {settings: {RATE_LIMIT_PER_MINUTE: '1'}});
  for (let i = 0; i < 6; i++) {
    t.equal((await open(server, LINK, {expects: 404})).response.status, 404);
  }

  const {response, page} = await open(server, LINK, {language: 'fr', expects: 429});

  t.equal(response.status, 429);
  isPage(t, response, page);
  t.match(page, /Veuillez attendre une minute/);
  t.ok(Number(response.headers.get('retry-after')) > 0);
});

t.test('a link opened on an overloaded server shows a page', async (t) => {
  const server = await startServer(t);
  const busy = async (address: string) => {
    for (let tries = 0; tries < 20; tries++) {
      blockFor(1_200);
      const {response, page} = await open(server, address);
      if (response.status === 503) return {response, page};
    }
    throw new Error('The server did not report its overload.');
  };

  const {response, page} = await busy(LINK);
  isPage(t, response, page);
  t.ok(page.includes(SENTENCE));

  const probe = await busy('/readyz');
  t.match(JSON.parse(probe.page), {status: 'unavailable', code: 'unavailable'});
});

const blockFor = (ms: number) => {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
};

t.test('a mangled link counts as unknown, in any form', async (t) => {
  const server = await startServer(t);
  for (const address of [
    '/verify/',
    `/verify/${'x'.repeat(100)}`,
    `/verify/${'x'.repeat(101)}`,
    `/verify/${'x'.repeat(5_000)}`,
    `${LINK}/`,
    `${LINK}/not-you`,
    `/verify/x/${LINK}`,
  ]) {
    for (const method of ['GET', 'POST']) {
      const {response, page} = await open(server, address, {method, expects: 404});

      t.equal(response.status, 404, `${method} ${address.slice(0, 20)}`);
      isPage(t, response, page);
      t.match(page, /don’t recognise this link/);
    }
  }
  const undecodable = await open(server, `${LINK}%zz`, {expects: 400});
  t.equal(undecodable.response.status, 400);
  isPage(t, undecodable.response, undecodable.page);
  t.match(undecodable.page, /don’t recognise this link/);
  const foreign = await fetch(`${server.url}${LINK}`, {
    method: 'POST',
    headers: {'content-type': 'text/weird'},
    body: 'x',
  });
  t.equal(foreign.status, 415);
  const page = await foreign.text();
  isPage(t, foreign, page);
  t.match(page, /Please open the link in the e.mail again/, 'the link can be right');
});

import {once} from 'node:events';
import {existsSync, readdirSync} from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import {fileURLToPath} from 'node:url';

import t from 'tap';
import type {Test} from 'tap';
import {v4} from 'uuid';

import type {ErrorBody} from '../contract/common.js';
import type {ERROR_CODES} from '../contract/error-codes.js';
import {connectDatabase} from '../database/connect.js';
import {projectVersion} from '../http/assets.js';
import {DevMailbox} from '../mail/dev-mailbox.js';
import {DiskObjects} from '../object-store/disk.js';
import {saveSite} from '../sites/store.js';
import {freePort} from './free-port.js';
import {linkIn} from './mailbox.js';
import {makePdf} from './pdf.js';
import {startServer, temporaryFolder} from './start-server.js';
import {until} from './until.js';
import {Visitor, request} from './visitor.js';

const WIDGET = fileURLToPath(new URL('../../widget/', import.meta.url));

// Without it fetch says no-cache beside If-None-Match, which asks for the whole file.
const REVALIDATING = {'cache-control': 'max-age=0'};

const send = async (url: string, body: string, type = 'application/json', method = 'POST') => {
  const response = await fetch(url, {method, body, headers: {'content-type': type}});
  return {response, body: (await response.json()) as ErrorBody};
};

const isError = (t: Test, body: ErrorBody, code: keyof typeof ERROR_CODES) => {
  const {status: _, faults: __, uuid: ___, ...rest} = body;
  t.same(Object.keys(rest).sort(), ['code', 'message', 'request_id']);
  t.equal(body.code, code);
  t.match(body.request_id, /^[\w-]{21}$/);
};

const storeThat = async (t: Test, failing: Partial<DiskObjects>) =>
  Object.assign(
    new DiskObjects({
      directory: await temporaryFolder(t),
      publicUrl: 'http://localhost',
      signingKey: Buffer.alloc(32),
    }),
    failing,
  );

void t.test('every error has one shape', async (t) => {
  const server = await startServer(t);
  const validate = `${server.url}/api/session/validate-uuid`;

  for (const address of [
    '/api/nothing',
    '/nothing',
    '/api',
    '/api/session/',
    '/verify',
    '/..%2fetc',
  ]) {
    await t.test(`404 for ${address}`, async (t) => {
      const {status, body, headers} = await request<ErrorBody>(server.url, 'GET', address);

      t.equal(status, 404);
      isError(t, body, 'not_found');
      t.equal(body.request_id, headers.get('x-request-id'));
    });
  }

  for (const address of ['/%zz', '/api/files/download/%E0%A4%A']) {
    await t.test(`400 for ${address}, which cannot be decoded`, async (t) => {
      const {status, body} = await request<ErrorBody>(server.url, 'GET', address);

      t.equal(status, 400);
      isError(t, body, 'invalid_request');
    });
  }

  for (const [method, address, allow] of [
    ['GET', '/api/session/generate-uuid', 'POST'],
    ['PUT', '/api/session/validate-uuid?x=1', 'POST'],
    ['POST', '/api/session', 'DELETE, GET, HEAD, PATCH'],
    ['POST', `/api/files/download/${v4()}`, 'GET, HEAD'],
    ['PUT', `/api/files/${v4()}`, 'DELETE'],
    ['POST', '/healthz', 'GET, HEAD'],
    ['DELETE', '/verify/x', 'GET, HEAD, POST'],
  ] as const) {
    await t.test(`405 with Allow for ${method} ${address.slice(0, 30)}`, async (t) => {
      const {status, body, headers} = await request<ErrorBody>(server.url, method, address);

      t.equal(status, 405);
      isError(t, body, 'method_not_allowed');
      t.equal(headers.get('allow'), allow);
      t.ok(body.message.includes(method));
    });
  }

  for (const [what, type] of [
    ['text', 'text/plain'],
    ['XML', 'application/xml'],
    ['a form', 'application/x-www-form-urlencoded'],
  ] as const) {
    await t.test(`415 for ${what}`, async (t) => {
      const {response, body} = await send(validate, '{}', type);

      t.equal(response.status, 415);
      isError(t, body, 'unsupported_media_type');
    });
  }

  await t.test('415 for JSON where a file is expected', async (t) => {
    const visitor = await Visitor.consenting(server.url);
    const {status, body} = await visitor.call('POST', '/api/files/upload', {json: {}});
    t.same([status, body['code']], [415, 'unsupported_media_type']);
  });

  await t.test('413 for one byte more than 64 KiB', async (t) => {
    const body = (bytes: number) => JSON.stringify({uuid: 'x'.repeat(bytes - 11)});
    t.equal(body(65_536).length, 65_536);

    const most = await send(validate, body(65_536));
    const more = await send(validate, body(65_537));

    t.same([most.response.status, most.body.code], [400, 'invalid_uuid']);
    t.equal(more.response.status, 413);
    isError(t, more.body, 'body_too_large');
  });

  for (const [what, text] of [
    ['half a JSON', '{"uuid":'],
    ['__proto__', '{"uuid":"x","__proto__":{"admin":true}}'],
    ['__proto__ in a list', '{"uuid":["x",{"__proto__":{}}]}'],
    ['constructor.prototype', '{"uuid":"x","constructor":{"prototype":{"admin":true}}}'],
    ['no JSON at all', 'uuid=1'],
    ['a list', '[]'],
    ['a string', '"x"'],
    ['null', 'null'],
    ['nothing', ''],
  ] as const) {
    await t.test(`400 for a body of ${what}`, async (t) => {
      const {response, body} = await send(validate, text);

      t.equal(response.status, 400);
      isError(t, body, 'invalid_request');
      t.equal(body.uuid, null);
    });
  }

  await t.test('400 names the path of each fault', async (t) => {
    const visitor = await Visitor.consenting(server.url);
    const paths = async (method: string, address: string, json: unknown) => {
      const {status, body} = await visitor.call<ErrorBody>(method, address, {json});
      t.same([status, body.code], [400, 'invalid_request']);
      t.ok(body.faults?.every(({path, message}) => body.message.includes(path) && message));
      return body.faults?.map(({path}) => path).sort();
    };

    t.same(await paths('PUT', '/api/session/contact', {name: 5, admin: true}), [
      '/admin',
      '/email',
      '/name',
    ]);
    t.same(
      await paths('PUT', '/api/session/consents', {
        consents: [{purpose: 'personal_data', granted: 'yes', wording: '', locale: 'e n', x: 1}],
      }),
      ['/consents/0/granted', '/consents/0/locale', '/consents/0/wording', '/consents/0/x'],
    );
    t.same(await paths('POST', '/api/session/progress', {}), ['/step']);
    t.same(await paths('POST', '/api/session/validate-uuid', {uuid: v4(), extra: 1}), ['/extra']);
    t.equal((await visitor.call('DELETE', '/api/files/no-uuid')).status, 400);
  });

  await t.test('what is a number stays one: nothing is turned into a string', async (t) => {
    const visitor = await Visitor.consenting(server.url);
    const {status} = await visitor.call('PUT', '/api/session/contact', {
      json: {name: 12_345, email: 'anna@example.com'},
    });
    t.equal(status, 400);
  });

  await t.test('an OPTIONS that is no preflight is no error of another shape', async (t) => {
    const response = await fetch(`${server.url}/api/session`, {method: 'OPTIONS'});
    t.equal(response.status, 204);
    t.equal(await response.text(), '');
  });

  await t.test('all of this was answered as JSON that any page can read', async (t) => {
    const {headers} = await request(server.url, 'GET', '/api/nothing');
    t.equal(headers.get('content-type'), 'application/json; charset=utf-8');
    t.equal(headers.get('access-control-allow-origin'), '*');
  });
});

void t.test(
  'an error that is ours tells the client its request’s id and nothing else',
  async (t) => {
    const objects = await storeThat(t, {
      downloadUrl: () => Promise.reject(new Error('password=hunter2 at /srv/secret')),
    });
    const server = await startServer(t, {parts: {objects}});
    const visitor = await Visitor.consenting(server.url);
    const {body} = await visitor.upload(makePdf());

    const answer = await visitor.call<ErrorBody>('GET', `/api/files/download/${body.file.id}`);

    t.equal(answer.status, 500);
    isError(t, answer.body, 'internal');
    t.notMatch(JSON.stringify(answer.body), /hunter2|secret|stack/);
    const lines = server.logged.filter((line) => line['req'] === answer.body.request_id);
    t.match(lines, [{err: {message: /hunter2/}}, {status: 500}]);
    const [file] = await server.sql`select download_count from file_uploads`;
    t.equal(file?.['download_count'], 0, 'what was begun is undone');
    await until(async () => (await server.sql`select from jobs`).length === 1);
    const told = () => server.sql`select metadata from audit_logs where event_type = 'error'`;
    await until(async () => (await told()).length === 1);
    t.match(await told(), [{metadata: {code: 'internal', request_id: answer.body.request_id}}]);
    await visitor.call('GET', `/api/files/download/${body.file.id}`);
    await until(async () => {
      const [alert] = await server.sql<{count: number}[]>`select count from alerts`;
      return alert?.count === 2;
    });
    t.equal((await server.sql`select from jobs`).length, 1, 'one mail an hour for one cause');
  },
);

void t.test('headers of every answer', async (t) => {
  const server = await startServer(t);

  for (const [address, status] of [
    ['/api/session', 401],
    ['/api/sites/demo/config', 200],
    ['/api/openapi.json', 200],
    ['/healthz', 200],
    ['/nothing', 404],
    ['/verify/x', 404],
  ] as const) {
    await t.test(address, async (t) => {
      const {headers, status: given} = await request(server.url, 'GET', address);

      t.equal(given, status);
      t.equal(headers.get('x-content-type-options'), 'nosniff');
      t.equal(headers.get('referrer-policy'), 'no-referrer');
      t.match(headers.get('content-security-policy'), /frame-ancestors 'none'/);
      t.match(headers.get('x-request-id'), /^[\w-]{21}$/);
      t.equal(headers.get('set-cookie'), null);
      t.equal(headers.get('x-powered-by'), null);
      t.equal(headers.get('strict-transport-security'), null, 'not in development');
    });
  }

  await t.test('a session’s answers are kept by nobody', async (t) => {
    const visitor = await Visitor.consenting(server.url);
    for (const address of ['/api/session', '/api/files']) {
      t.equal((await visitor.call('GET', address)).headers.get('cache-control'), 'no-store');
    }
  });

  await t.test('the id of a request is ours, whatever the client sends', async (t) => {
    const {headers} = await request(server.url, 'GET', '/healthz', {
      headers: {'request-id': 'mine', 'x-request-id': 'mine'},
    });
    t.not(headers.get('x-request-id'), 'mine');
  });
});

void t.test('a site’s public settings', async (t) => {
  const server = await startServer(t);
  await saveSite(server.sql, {
    key: 'acme',
    name: 'Acme',
    allowedOrigins: ['https://acme.example'],
    notifyEmail: 'secret-owner@acme.example',
    settings: {max_files: 2, min_files: 0, max_file_bytes: 1_000_000},
  });
  const get = (address: string, headers = {}) =>
    request<Record<string, unknown>>(server.url, 'GET', address, {headers});

  await t.test('come with the limits that hold, and nothing that is not public', async (t) => {
    const {status, body} = await get('/api/sites/acme/config?locale=de');

    t.equal(status, 200);
    t.match(body, {
      site: 'acme',
      name: 'Acme',
      limits: {max_files: 2, min_files: 0, max_file_bytes: 1_000_000},
      conversation: {steps: [{id: 'welcome'}]},
    });
    t.notMatch(JSON.stringify(body), /secret-owner|acme\.example/);
  });

  await t.test('have an ETag that spares the second answer', async (t) => {
    const first = await get('/api/sites/acme/config');
    const etag = first.headers.get('etag') ?? '';
    const again = await get('/api/sites/acme/config', {'if-none-match': etag});
    const other = await get('/api/sites/acme/config', {'if-none-match': '"other"'});

    t.match(etag, /^"[\w-]+"$/);
    t.same([again.status, again.body], [304, {text: ''}]);
    t.equal(other.status, 200);
  });

  await t.test('are refused to other pages, and unknown for unknown keys', async (t) => {
    t.equal((await get('/api/sites/acme/config', {origin: 'https://evil.example'})).status, 403);
    t.equal((await get('/api/sites/acme/config', {origin: 'https://acme.example'})).status, 200);
    const unknown = await get('/api/sites/nobody/config');
    t.same([unknown.status, unknown.body['code']], [404, 'unknown_site']);
    t.equal((await get('/api/sites/acme/config?other=1')).status, 400);
    t.equal((await get('/api/sites/ACME!/config')).status, 400);
  });

  await t.test('a limit lowered by the site is kept on uploads', async (t) => {
    const {uuid, token} = await Visitor.arrive(server.url, 'acme');
    const visitor = new Visitor(server.url, uuid, token);
    await visitor.consent({personal_data: true});

    t.equal((await visitor.upload(makePdf(1_000_000))).status, 201);
    t.equal((await visitor.upload(makePdf(1_000_001))).status, 413);
    t.equal((await visitor.upload(makePdf())).status, 201);
    t.equal((await visitor.upload(makePdf())).status, 409);
  });
});

/** What a load balancer is told. */
const serverAlone = async ({url}: {url: string}) => {
  const {status, body} = await request<{checks: object}>(url, 'GET', '/readyz?part=server');
  return {status, checks: body.checks};
};

void t.test('health', async (t) => {
  await t.test('a whole server is alive and ready', async (t) => {
    const server = await startServer(t);

    t.match((await request(server.url, 'GET', '/healthz')).body, {status: 'ok', version: /^\d/});
    const ready = await request(server.url, 'GET', '/readyz');
    t.equal(ready.status, 200);
    t.same(ready.body, {status: 'ok', checks: {server: 'ok', database: 'ok', storage: 'ok'}});
  });

  await t.test('without PostgreSQL it is alive, not ready, and says why', async (t) => {
    const sql = connectDatabase({url: `postgres://nobody:secret@127.0.0.1:${await freePort()}/x`});
    t.teardown(() => sql.end({timeout: 1}));
    const server = await startServer(t, {parts: {sql}});

    t.equal((await request(server.url, 'GET', '/healthz')).status, 200);
    const {status, body} = await request(server.url, 'GET', '/readyz');
    t.equal(status, 503);
    t.match(body, {status: 'unavailable', checks: {database: 'ECONNREFUSED', storage: 'ok'}});
    t.notMatch(JSON.stringify(body), /secret|127\.0\.0\.1/);
    t.same(await serverAlone(server), {status: 200, checks: {server: 'ok'}});

    const answer = await request<ErrorBody>(server.url, 'POST', '/api/session/generate-uuid', {
      json: {},
    });
    t.equal(answer.status, 503);
    isError(t, answer.body, 'unavailable');
    t.equal(answer.body.status, 'unavailable');
    t.ok(Number(answer.headers.get('retry-after')) > 0);
  });

  await t.test('without its storage it is not ready, and says why', async (t) => {
    const objects = await storeThat(t, {
      check: () => Promise.reject(Object.assign(new Error('key=hunter2'), {code: 'EACCES'})),
    });
    const server = await startServer(t, {parts: {objects}});

    const {status, body} = await request(server.url, 'GET', '/readyz');

    t.equal(status, 503);
    t.match(body, {checks: {database: 'ok', storage: 'EACCES'}});
    t.notMatch(JSON.stringify(body), /hunter2/);
    t.same(await serverAlone(server), {status: 200, checks: {server: 'ok'}});
    t.equal((await request(server.url, 'GET', '/readyz?part=storage')).status, 400);
  });

  await t.test('a server that stops says so', async (t) => {
    const server = await startServer(t);
    server.drain();
    const {status, body} = await request(server.url, 'GET', '/readyz');
    t.equal(status, 503);
    t.match(body, {checks: {server: 'draining'}});
    t.same(await serverAlone(server), {status: 503, checks: {server: 'draining'}});
  });

  await t.test('a database that keeps a request waiting is answered for in time', async (t) => {
    const server = await startServer(t);
    const visitor = await Visitor.consenting(server.url);
    const holder = connectDatabase({url: server.config.databaseUrl ?? '', max: 1});
    t.teardown(() => holder.end({timeout: 1}));
    let letGo: () => void = () => undefined;
    const released = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    let isHeld = false;
    const holding = holder.begin(async (tx) => {
      await tx`select from visits where uuid = ${visitor.uuid} for update`;
      isHeld = true;
      await released;
    });
    await until(() => isHeld);

    const {status, body} = await visitor.consent({ai_training: true});

    t.same([status, body['code']], [503, 'unavailable']);
    letGo();
    await holding;
    t.equal((await visitor.consent({ai_training: true})).status, 200);
  });
});

void t.test('the API describes itself', async (t) => {
  const server = await startServer(t);
  const {body} = await request<{
    openapi: string;
    paths: Record<string, object>;
  }>(server.url, 'GET', '/api/openapi.json');

  await t.test('as OpenAPI 3.1, with every route', async (t) => {
    t.match(body.openapi, /^3\.1\./);
    const listed = Object.entries(body.paths).flatMap(([address, operations]) =>
      Object.keys(operations).map((method) => `${method.toUpperCase()} ${address}`),
    );
    t.same(listed.sort(), [
      'DELETE /api/files/{file_id}',
      'DELETE /api/session',
      'GET /api/files',
      'GET /api/files/download/{file_id}',
      'GET /api/openapi.json',
      'GET /api/session',
      'GET /api/session/export',
      'GET /api/sites/{key}/config',
      'GET /healthz',
      'GET /metrics',
      'GET /readyz',
      'GET /verify/{link}',
      'GET /verify/{link}/not-me',
      'PATCH /api/session',
      'POST /api/files/upload',
      'POST /api/session/generate-uuid',
      'POST /api/session/leave',
      'POST /api/session/progress',
      'POST /api/session/validate-uuid',
      'POST /api/session/verification',
      'POST /verify/{link}',
      'POST /verify/{link}/not-me',
      'PUT /api/session/consents',
      'PUT /api/session/contact',
    ]);
  });

  await t.test('and can be browsed under a policy that lets its own page work', async (t) => {
    const response = await fetch(`${server.url}/api/docs/static/index.html`);
    const page = await response.text();
    t.equal(response.status, 200);
    const policy = response.headers.get('content-security-policy') ?? '';
    t.match(policy, /script-src 'self'/);
    t.match(policy, /connect-src 'self'/);
    t.match(policy, /frame-ancestors 'none'/);
    t.notMatch(page, /<script>/);
    for (const [, address] of page.matchAll(/(?:src|href)="([^"]+)"/g)) {
      t.equal((await fetch(new URL(address ?? '', response.url))).status, 200, address ?? '');
    }
  });
});

void t.test('the log of a whole visit names nobody', async (t) => {
  const ip = '198.51.100.77';
  const server = await startServer(t, {settings: {TRUST_PROXY: '127.0.0.1', LOG_LEVEL: 'trace'}});
  const visitor = await Visitor.consenting(server.url);
  const headers = {'x-forwarded-for': ip};
  await visitor.call('GET', '/api/session', {headers});
  await visitor.upload(makePdf(), {name: 'Zwiebelfisch.pdf'});
  const [file] = await visitor.files();
  await visitor.download(file?.id ?? '');
  await visitor.call('PUT', '/api/session/contact', {
    json: {name: 'Zora Zwiebelfisch', email: 'zora@example.com'},
    headers,
  });
  await visitor.contact('zwiebelfisch@@example.com');
  const link = linkIn(await server.mailbox.waitFor('zora@example.com'));
  await fetch(link);
  await fetch(link, {method: 'POST'});
  await fetch(`${link}/not-me`, {method: 'POST'});
  await fetch(`${server.url}/nothing?token=${visitor.token}&email=zora@example.com`);
  await server.mailbox.waitFor('owner@example.com');
  await visitor.call('DELETE', '/api/session', {headers});

  await until(() => server.logged.filter(({msg}) => msg === 'answered').length >= 14);
  const log = JSON.stringify(server.logged);
  t.match(log, /"route":"\/verify\/:link"/);
  for (const [what, secret] of [
    ['token', visitor.token],
    ['half the token', visitor.token.slice(0, 30)],
    ['link', link.split('/').at(-1) ?? ''],
    ['mac', link.split('.').at(-1) ?? ''],
    ['e-mail', 'zora@'],
    ['name', 'Zwiebelfisch'],
    ['owner', 'owner@example.com'],
    ['address', ip],
  ] as const) {
    t.notOk(log.includes(secret), `no ${what}`);
  }
});

void t.test('the mailbox for development', async (t) => {
  const mailbox = await DevMailbox.start(await temporaryFolder(t));
  t.teardown(() => mailbox.stop());
  const server = await startServer(t, {parts: {mailbox, smtpUrl: mailbox.smtpUrl}});
  const visitor = await Visitor.consenting(server.url);
  await visitor.contact('caught@example.com');
  await until(async () => (await mailbox.list()).length === 1);

  await t.test('shows what was sent, to the person at this machine', async (t) => {
    const page = await request(server.url, 'GET', '/dev/mail');
    t.equal(page.status, 200);
    t.match(page.body['text'], /caught@example\.com/);
    const {body} = await request<unknown[]>(server.url, 'GET', '/dev/mail.json');
    t.match(body, [{to: ['caught@example.com'], text: /\/verify\//}]);
    const [mail] = await mailbox.list();
    const one = await request(server.url, 'GET', `/dev/mail/${mail?.id ?? ''}`);
    t.match(one.body['text'], /<a href="http:[^"]+\/verify\//);
    t.notMatch(one.body['text'], /<script/);
    t.match(one.headers.get('content-security-policy'), /default-src 'none'/);
  });

  await t.test('answers no page of another origin', async (t) => {
    for (const [name, value] of [
      ['origin', 'https://evil.example'],
      ['sec-fetch-site', 'cross-site'],
    ] as const) {
      const {status} = await request(server.url, 'GET', '/dev/mail.json', {
        headers: {[name]: value},
      });
      t.equal(status, 404);
    }
  });

  for (const header of ['x-forwarded-for', 'x-forwarded-host', 'forwarded', 'via']) {
    await t.test(`answers nobody who came with ${header}`, async (t) => {
      for (const address of ['/dev/mail', '/dev/mail.json', '/dev/mail.css', '/dev/mail/x']) {
        const {status, body} = await request(server.url, 'GET', address, {
          headers: {[header]: 'for=127.0.0.1'},
        });
        t.same([status, body['code']], [404, 'not_found'], address);
      }
    });
  }
});

void t.test('in production', async (t) => {
  const mailbox = await DevMailbox.start(await temporaryFolder(t));
  t.teardown(() => mailbox.stop());
  const server = await startServer(t, {
    settings: {
      NODE_ENV: 'production',
      PUBLIC_URL: 'https://chat.example.com',
      S3_BUCKET: 'bucket',
      MAIL_FROM: 'maria@example.com',
    },
    parts: {objects: await storeThat(t, {}), mailbox},
  });

  await t.test('HSTS is sent', async (t) => {
    const {headers} = await request(server.url, 'GET', '/healthz');
    t.match(headers.get('strict-transport-security'), /^max-age=31536000/);
  });

  for (const address of ['/', '/examples/index.html', '/dev/mail', '/dev/mail.json']) {
    await t.test(`${address} is not there`, async (t) => {
      t.equal((await request(server.url, 'GET', address)).status, 404);
    });
  }

  await t.test('a call must name its site, and localhost is no friend of the demo’s', async (t) => {
    const call = (json: object, headers = {}) =>
      request<ErrorBody>(server.url, 'POST', '/api/session/generate-uuid', {json, headers});

    const unnamed = await call({});
    t.equal(unnamed.status, 400);
    t.match(unnamed.body, {code: 'invalid_request', faults: [{path: '/site'}]});
    t.equal((await call({site: 'demo'}, {origin: 'http://localhost:3000'})).status, 403);
    t.equal((await call({site: 'demo'}, {origin: 'https://chat.example.com'})).status, 200);
  });

  await t.test('links in mails go to the public address', async (t) => {
    const {uuid, token} = await Visitor.arrive(server.url, 'demo');
    const visitor = new Visitor(server.url, uuid, token);
    await visitor.consent({personal_data: true});
    await visitor.contact('public@example.com');
    const mail = await server.mailbox.waitFor('public@example.com');
    t.match(linkIn(mail), /^https:\/\/chat\.example\.com\/verify\//);
    t.equal(mail.from?.address, 'maria@example.com');
  });
});

const isBuilt = existsSync(path.join(WIDGET, 'maria-chat.js'));
void t.test(
  'the widget’s files',
  {skip: isBuilt ? false : 'the widget is not built'},
  async (t) => {
    const server = await startServer(t);
    const get = (address: string, headers = {}) => fetch(`${server.url}${address}`, {headers});

    for (const address of ['/maria-chat.js', '/v1/maria-chat.js', '/widget/maria-chat.js']) {
      await t.test(`${address} is kept for minutes and asked for again`, async (t) => {
        const response = await get(address);

        t.equal(response.status, 200);
        t.match(response.headers.get('content-type'), /javascript/);
        const [, seconds] = /max-age=(\d+)/.exec(response.headers.get('cache-control') ?? '') ?? [];
        t.ok(Number(seconds) <= 3_600);
        t.notMatch(response.headers.get('cache-control'), /immutable/);
        t.equal(response.headers.get('cross-origin-resource-policy'), 'cross-origin');
        t.equal(response.headers.get('access-control-allow-origin'), '*');
        const etag = response.headers.get('etag') ?? '';
        t.equal((await get(address, {'if-none-match': etag, ...REVALIDATING})).status, 304);
      });
    }

    const hashed = isBuilt ? readdirSync(WIDGET).find((name) => /-[\w-]{8}\.js$/.test(name)) : '';
    for (const address of [`/${projectVersion()}/maria-chat.js`, `/widget/${hashed ?? ''}`]) {
      await t.test(`${address.replace(/-[\w-]{8}\.js/, '-….js')} is kept for a year`, async (t) => {
        const response = await get(address);

        t.equal(response.status, 200);
        t.equal(response.headers.get('cache-control'), 'public, max-age=31536000, immutable');
        t.equal(response.headers.get('cross-origin-resource-policy'), 'cross-origin');
      });
    }

    await t.test('come compressed as the browser likes it', async (t) => {
      for (const [accept, encoding] of [
        ['br, gzip', 'br'],
        ['gzip', 'gzip'],
        ['identity', null],
      ] as const) {
        const response = await get('/maria-chat.js', {'accept-encoding': accept});
        t.equal(response.headers.get('content-encoding'), encoding);
        t.match(await response.text(), /maria/);
      }
    });

    await t.test('nothing outside their folder is to be had', async (t) => {
      for (const address of [
        '/widget/../server/main.js',
        '/widget/%2e%2e/server/main.js',
        '/widget/..%2fserver%2fmain.js',
        '/widget/nothing.js',
        '/widget/',
        '/9.9.9/maria-chat.js',
      ]) {
        const response = await get(address);
        t.ok([400, 403, 404].includes(response.status), `${address}: ${response.status}`);
        t.match(await response.json(), {code: /not_found|invalid_request/});
      }
    });
  },
);

t.test('what is no HTTP gets an error in the same shape, and its connection closed', async (t) => {
  const server = await startServer(t);
  const requests = {
    'a line that is no request': 'MARIA\r\n\r\n',
    'headers beyond measure': `GET /healthz HTTP/1.1\r\nhost: a\r\nx: ${'a'.repeat(9_000)}\r\n\r\n`,
  };
  for (const [what, bytes] of Object.entries(requests)) {
    const answer = await raw(server.config.port, bytes);

    t.match(answer, /^HTTP\/1\.1 400 Bad Request\r\n/, what);
    const body = JSON.parse(answer.split('\r\n\r\n')[1] ?? '') as Record<string, string>;
    t.match(body, {status: 'error', code: 'invalid_request', request_id: /^[\w-]{21}$/}, what);
  }
});

/** Everything that the server says to these bytes until it closes the connection. */
async function raw(port: number, bytes: string): Promise<string> {
  const socket = net.connect(port, '127.0.0.1');
  const answer: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => answer.push(chunk));
  socket.write(bytes);
  await once(socket, 'close');
  return Buffer.concat(answer).toString();
}

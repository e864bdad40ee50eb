import {once} from 'node:events';
import net from 'node:net';

import t from 'tap';
import {v4} from 'uuid';

import type {ErrorBody} from '../contract/common.js';
import {StoreUnavailable} from '../object-store/errors.js';
import {assertErrorBody} from './error-body.js';
import {createFailingStore} from './failing-store.js';
import {retryWhileBusy} from './retry-while-busy.js';
import {makePdf} from './pdf.js';
import {startServer} from './start-server.js';
import {until} from './until.js';
import {Visitor, request} from './visitor.js';

const send = async (url: string, body: string, type = 'application/json', method = 'POST') => {
  const response = await fetch(url, {method, body, headers: {'content-type': type}});
  return {response, body: (await response.json()) as ErrorBody};
};

void t.test('every error has one shape', async (t) => {
  const server = await startServer(t);
  const validate = `${server.url}/api/session/validate-uuid`;

  for (const urlPath of [
    '/api/nothing',
    '/nothing',
    '/api',
    '/api/session/',
    '/verify',
    '/..%2fetc',
  ]) {
    await t.test(`404 for ${urlPath}`, async (t) => {
      const {status, body, headers} = await request<ErrorBody>(server.url, 'GET', urlPath);

      t.equal(status, 404);
      assertErrorBody(t, body, 'not_found');
      t.equal(body.request_id, headers.get('x-request-id'));
    });
  }

  for (const urlPath of ['/%zz', '/api/files/download/%E0%A4%A']) {
    await t.test(`400 for ${urlPath}, which cannot be decoded`, async (t) => {
      const {status, body} = await request<ErrorBody>(server.url, 'GET', urlPath);

      t.equal(status, 400);
      assertErrorBody(t, body, 'invalid_request');
    });
  }

  for (const [method, address, allow] of [
    ['GET', '/api/session/generate-uuid', 'POST'],
    ['PUT', '/api/session/validate-uuid?x=1', 'POST'],
    ['POST', '/api/session', 'DELETE, GET, HEAD, PATCH'],
    ['POST', `/api/files/download/${v4()}`, 'GET'],
    ['PUT', `/api/files/${v4()}`, 'DELETE'],
    ['POST', '/healthz', 'GET, HEAD'],
    ['DELETE', '/verify/x', 'GET, HEAD, POST'],
  ] as const) {
    await t.test(`405 with Allow for ${method} ${address.slice(0, 30)}`, async (t) => {
      const {status, body, headers} = await request<ErrorBody>(server.url, method, address);

      t.equal(status, 405);
      assertErrorBody(t, body, 'method_not_allowed');
      t.equal(headers.get('allow'), allow);
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
      assertErrorBody(t, body, 'unsupported_media_type');
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
    assertErrorBody(t, more.body, 'body_too_large');
    t.match(more.body.message, /body of 65537 bytes.*at most 65536 bytes/);
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
      assertErrorBody(t, body, 'invalid_request');
      t.equal(body.uuid, null);
    });
  }

  for (const [route, type] of [
    ['validate-uuid', 'application/json'],
    ['leave', 'application/json'],
    ['leave', 'text/plain'],
  ] as const) {
    await t.test(
      `a prototype in ${type} for ${route} is refused before a schema sees it`,
      async (t) => {
        const {uuid, token} = await Visitor.arrive(server.url);
        for (const poison of ['"__proto__":{"a":1}', '"constructor":{"prototype":{"a":1}}']) {
          const text = `{"uuid":"${uuid}","token":"${token}",${poison}}`;

          const {response, body} = await send(`${server.url}/api/session/${route}`, text, type);

          t.same([response.status, body.code], [400, 'invalid_request']);
          const told = (body.faults ?? []).map(({message}) => message);
          t.same(
            told.filter((message) => message !== 'is or contains a forbidden key'),
            [],
          );
        }
      },
    );
  }

  await t.test('400 names the path of each fault', async (t) => {
    const visitor = await Visitor.consenting(server.url);
    const getPaths = async (method: string, urlPath: string, json: unknown) => {
      const {status, body} = await visitor.call<ErrorBody>(method, urlPath, {json});
      t.same([status, body.code], [400, 'invalid_request']);
      t.ok(body.faults?.every(({path, message}) => body.message.includes(path) && message));
      return body.faults?.map(({path}) => path).sort();
    };

    t.same(await getPaths('PUT', '/api/session/contact', {name: 5, admin: true}), [
      '/admin',
      '/email',
      '/name',
    ]);
    t.same(
      await getPaths('PUT', '/api/session/consents', {
        consents: [{purpose: 'personal_data', granted: 'yes', wording: '', locale: 'e n', x: 1}],
      }),
      ['/consents/0/granted', '/consents/0/locale', '/consents/0/wording', '/consents/0/x'],
    );
    t.same(await getPaths('POST', '/api/session/progress', {}), ['/step']);
    t.same(await getPaths('POST', '/api/session/validate-uuid', {uuid: v4(), extra: 1}), [
      '/extra',
    ]);
    t.same(await getPaths('POST', '/api/session/verification', {x: 1}), ['/x']);
    t.same(await getPaths('DELETE', '/api/session', [1]), ['/0']);
    t.same(await getPaths('DELETE', '/api/session', 'x'), ['/']);
    t.equal((await visitor.session()).status, 200, 'and nothing was ended');
  });

  await t.test('400 reports an invalid value once, with the accepted values', async (t) => {
    const visitor = await Visitor.consenting(server.url);
    const consent = {purpose: 'all', granted: true, wording: 'x', locale: 'en'};
    const {body} = await visitor.call<ErrorBody>('PUT', '/api/session/consents', {
      json: {consents: [consent]},
    });
    t.match(body.faults, [
      {path: '/consents/0/purpose', message: /"personal_data", "ai_training"/},
    ]);
    t.equal(body.faults?.length, 1);
  });

  await t.test(
    '400 explains why a body is not valid JSON or contains a forbidden key',
    async (t) => {
      for (const [text, path, message] of [
        ['{"uuid":', '/', /is not valid JSON/],
        ['{"uuid":"x","__proto__":{"a":1}}', '/__proto__', /forbidden key/],
        ['{"uuid":["x",{"constructor":{"prototype":1}}]}', '/uuid/1/constructor', /forbidden key/],
        [`{"a":${'['.repeat(20_000)}{"__proto__":1}${']'.repeat(20_000)}}`, '/', /forbidden key/],
      ] as const) {
        const {response, body} = await send(validate, text);
        t.equal(response.status, 400);
        t.match(body, {code: 'invalid_request', message, faults: [{path, message}]});
        t.equal(/not valid JSON/.test(body.message), path === '/' && text.length < 10);
      }
    },
  );

  await t.test('404 for an invalid id in a URL', async (t) => {
    const visitor = await Visitor.consenting(server.url);
    for (const [method, address, code] of [
      ['GET', '/api/files/download/abc', 'not_found'],
      ['DELETE', '/api/files/no-uuid', 'not_found'],
      ['GET', '/api/sites/ACME/config', 'unknown_site'],
      ['GET', '/api/sites/a%00b/config', 'unknown_site'],
      ['GET', `/api/sites/${'a'.repeat(65)}/config`, 'unknown_site'],
    ] as const) {
      const {status, body} = await visitor.call<ErrorBody>(method, address);
      t.equal(status, 404, address);
      assertErrorBody(t, body, code);
    }
    t.equal((await request(server.url, 'GET', '/api/sites/demo/config?foo=de')).status, 200);
  });

  await t.test('every error under /api/session contains a null UUID', async (t) => {
    const visitor = await Visitor.arrive(server.url);
    for (const [method, address, status] of [
      ['GET', '/api/session', 401],
      ['POST', '/api/session?x=1', 405],
      ['PATCH', '/api/session/generate-uuid', 405],
      ['GET', '/api/session/nothing', 404],
    ] as const) {
      const response = await request<ErrorBody>(server.url, method, address);
      t.equal(response.status, status);
      t.equal(response.body.uuid, null, `${method} ${address}`);
    }
    const refused = await visitor.call<ErrorBody>('PUT', '/api/session/consents', {json: {}});
    t.match(refused, {status: 400, body: {uuid: null}});
    t.notOk('uuid' in (await request(server.url, 'GET', '/api/files')).body);
  });

  await t.test('a number is not converted into a string', async (t) => {
    const visitor = await Visitor.consenting(server.url);
    const {status} = await visitor.call('PUT', '/api/session/contact', {
      json: {name: 12_345, email: 'anna@example.com'},
    });
    t.equal(status, 400);
  });

  await t.test('an OPTIONS request without preflight headers is no error', async (t) => {
    const response = await fetch(`${server.url}/api/session`, {method: 'OPTIONS'});
    t.equal(response.status, 204);
    t.equal(await response.text(), '');
  });

  await t.test('errors are JSON that any page can read', async (t) => {
    const {headers} = await request(server.url, 'GET', '/api/nothing');
    t.equal(headers.get('content-type'), 'application/json; charset=utf-8');
    t.equal(headers.get('access-control-allow-origin'), '*');
  });
});

void t.test('an internal error contains only the request’s id', async (t) => {
  const objects = await createFailingStore(t, {
    createDownloadLink: () => Promise.reject(new Error('password=hunter2 at /srv/secret')),
  });
  const server = await startServer(t, {deps: {objects}});
  const visitor = await Visitor.consenting(server.url);
  const {body} = await visitor.upload(makePdf());

  const response = await visitor.call<ErrorBody>('GET', `/api/files/download/${body.file.id}`);

  t.equal(response.status, 500);
  assertErrorBody(t, response.body, 'internal');
  t.notMatch(JSON.stringify(response.body), /hunter2|secret|stack/);
  const lines = server.logLines.filter((line) => line['req'] === response.body.request_id);
  t.match(lines, [{err: {message: /hunter2/}}, {status: 500}]);
  const [file] = await server.sql`select download_count from file_uploads`;
  t.equal(file?.['download_count'], 0, 'the transaction is rolled back');
  await until(async () => (await server.sql`select from jobs`).length === 1);
  const told = () => server.sql`select metadata from audit_logs where event_type = 'error'`;
  await until(async () => (await told()).length === 1);
  t.match(await told(), [{metadata: {code: 'internal', request_id: response.body.request_id}}]);
  await visitor.call('GET', `/api/files/download/${body.file.id}`);
  await until(async () => {
    const [alert] = await server.sql<{count: number}[]>`select count from alerts`;
    return alert?.count === 2;
  });
  t.equal((await server.sql`select from jobs`).length, 1, 'one mail an hour for one cause');
});

t.test('an unavailable store is reported as such, and to the operator', async (t) => {
  const objects = await createFailingStore(t, {
    put: () => Promise.reject(new StoreUnavailable('put', new Error('connect ECONNREFUSED'))),
  });
  const server = await startServer(t, {deps: {objects}});
  const visitor = await Visitor.consenting(server.url);
  const getRows = (event: string) =>
    server.sql`select user_uuid, metadata from audit_logs where event_type = ${event}`;

  for (let i = 0; i < 2; i++) {
    const {status, body} = await visitor.upload(makePdf());
    t.same([status, body.code], [503, 'unavailable']);
  }

  await until(async () => (await getRows('error')).length === 2);
  await until(async () => (await getRows('file_upload_error')).length === 2);
  t.match(await getRows('error'), [{user_uuid: visitor.uuid, metadata: {code: 'unavailable'}}]);
  t.match(await getRows('file_upload_error'), [{metadata: {code: 'unavailable'}}]);
  const getAlerts = () => server.sql`select cause, count from alerts`;
  await until(async () => (await getAlerts())[0]?.['count'] === 2);
  t.match(await getAlerts(), [{cause: 'unavailable storage'}]);
  t.equal((await server.sql`select from jobs`).length, 1, 'one mail an hour');
});

t.test('invalid HTTP gets an error of the same shape, and the connection is closed', async (t) => {
  const server = await startServer(t);
  const large = 'a'.repeat(140_000);
  const head = 'GET /api/session HTTP/1.1\r\n';
  const post = 'POST /api/session/generate-uuid HTTP/1.1\r\nhost: a\r\n';
  const json = 'content-type: application/json\r\n';
  const requests: [string, string, number, string, RegExp][] = [
    ['a line that is no request', 'MARIA\r\n\r\n', 400, 'invalid_request', /Check the client/],
    ['a handshake', '\x16\x03\x01\r\n\r\n', 400, 'invalid_request', /HTTP\/1\.1 without TLS/],
    ['a method', 'MARIA / HTTP/1.1\r\n\r\n', 400, 'invalid_request', /HPE_INVALID_METHOD/],
    ['headers', `${head}host: a\r\nx: ${large}\r\n\r\n`, 431, 'headers_too_large', /128 KiB/],
    ['a URL', `GET /${large} HTTP/1.1\r\nhost: a\r\n\r\n`, 431, 'headers_too_large', /shorter URL/],
    ['no Host', `${head}connection: close\r\n\r\n`, 400, 'invalid_request', /Send the host/],
    [
      'two lengths',
      `${post}${json}content-length: 1\r\ncontent-length: 2\r\n\r\n{}`,
      400,
      'invalid_request',
      /Check the client/,
    ],
    [
      'a chunk',
      `${post}${json}transfer-encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n`,
      400,
      'invalid_request',
      /Check the client/,
    ],
    [
      'percent signs',
      'GET /api/%zz HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n',
      400,
      'invalid_request',
      /Encode a % as %25/,
    ],
  ];
  for (const [what, bytes, status, code, message] of requests) {
    const answer = await raw(server.config.port, bytes);

    t.ok(answer.startsWith(`HTTP/1.1 ${status} `), `${what}: ${answer.slice(0, 80)}`);
    t.match(answer, /\r\ncontent-type: application\/json; charset=utf-8\r\n/i, what);
    const body = JSON.parse(answer.split('\r\n\r\n')[1] ?? '') as Record<string, string>;
    t.match(body, {status: 'error', code, message, request_id: /^[\w-]{21}$/}, what);
    t.match(answer, `x-request-id: ${body['request_id'] ?? ''}\r\n`);
    t.ok(answer.length < 2_000, `${what} is not repeated`);
  }
});

t.test('cookies of other programs do not block a request', async (t) => {
  const server = await startServer(t);
  const open = (urlPath: string, kilobytes: number, headers = {}) =>
    retryWhileBusy(() =>
      fetch(`${server.url}${urlPath}`, {
        headers: {cookie: `a=${'x'.repeat(1024 * kilobytes)}`, ...headers},
      }),
    );

  t.equal((await open('/maria-chat.js', 31)).status, 200);
  t.equal((await open('/api/session', 31)).status, 401);
  const link = await open('/verify/x', 31);
  t.equal(link.status, 404);
  t.match(await link.text(), /don’t recognise this link/);

  for (const kilobytes of [33, 120, 140]) {
    const refused = await open('/api/session', kilobytes);
    t.equal(refused.status, 431);
    assertErrorBody(t, (await refused.json()) as ErrorBody, 'headers_too_large');
    t.equal(refused.headers.get('access-control-allow-origin'), '*');
  }
  for (const kilobytes of [33, 120]) {
    const page = await open('/verify/x', kilobytes, {'accept-language': 'de-AT'});
    t.equal(page.status, 431, `${kilobytes} KiB`);
    t.equal(page.headers.get('content-type'), 'text/html; charset=utf-8');
    t.match(page.headers.get('content-security-policy'), /default-src 'none'/);
    const text = await page.text();
    t.match(text, /<html lang="de"/);
    t.match(text, /Cookies/);
  }
});

/** Sends the bytes and returns everything that the server sends until it closes the connection. */
async function raw(port: number, bytes: string): Promise<string> {
  const socket = net.connect(port, '127.0.0.1');
  const answer: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => answer.push(chunk));
  socket.write(bytes);
  await once(socket, 'close');
  return Buffer.concat(answer).toString();
}

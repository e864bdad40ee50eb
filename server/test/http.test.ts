import t from 'tap';

import {startServer} from './start-server.js';
import {Visitor, request} from './visitor.js';

void t.test('headers of every response', async (t) => {
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

  await t.test('a preflight response allows every requested header', async (t) => {
    const asked =
      'content-type,last-event-id,sentry-trace,baggage,traceparent,x-datadog-trace-id,newrelic';
    const response = await fetch(`${server.url}/api/session/validate-uuid`, {
      method: 'OPTIONS',
      headers: {
        origin: 'https://www.example.com',
        'access-control-request-method': 'POST',
        'access-control-request-headers': asked,
      },
    });

    t.equal(response.status, 204);
    t.equal(response.headers.get('access-control-allow-headers'), asked);
    t.match(response.headers.get('vary'), /access-control-request-headers/i);
    t.match(response.headers.get('access-control-allow-methods'), /PATCH/);
  });

  await t.test('a session’s responses are not cached', async (t) => {
    const visitor = await Visitor.consenting(server.url);
    for (const urlPath of ['/api/session', '/api/files']) {
      t.equal((await visitor.call('GET', urlPath)).headers.get('cache-control'), 'no-store');
    }
  });

  await t.test('the server sets the id of a request, whatever the client sends', async (t) => {
    const {headers} = await request(server.url, 'GET', '/healthz', {
      headers: {'request-id': 'mine', 'x-request-id': 'mine'},
    });
    t.not(headers.get('x-request-id'), 'mine');
  });
});

t.test('a large document is serialised once, revalidated and limited', async (t) => {
  const server = await startServer(t, {settings: {RATE_LIMIT_PER_MINUTE: '1'}});
  for (const urlPath of ['/api/openapi.json', '/api/conversation.schema.json']) {
    const first = await fetch(`${server.url}${urlPath}`);
    const text = await first.text();
    t.equal(first.status, 200);
    t.match(first.headers.get('content-type'), /^application\/json/);
    const etag = first.headers.get('etag') ?? '';

    const headers = {'if-none-match': `W/${etag}`};
    const again = await fetch(`${server.url}${urlPath}`, {headers});
    t.same([again.status, await again.text()], [304, '']);
    t.equal(await (await fetch(`${server.url}${urlPath}`)).text(), text);
  }
  for (const urlPath of [
    '/api/openapi.json',
    '/api/conversation.schema.json',
    '/api/docs/json',
    '/api/docs/yaml',
    '/api/docs/static/swagger-ui.css',
  ]) {
    const statuses = await Promise.all(
      Array.from({length: 40}, async () => {
        const response = await fetch(`${server.url}${urlPath}`);
        await response.arrayBuffer();
        return response.status;
      }),
    );
    t.ok(statuses.includes(429), urlPath);
  }
  t.equal((await fetch(`${server.url}/api/nothing`)).status, 404, 'it has a separate limit');
});

void t.test('the API describes itself', async (t) => {
  const server = await startServer(t);
  const {body} = await request<{
    openapi: string;
    paths: Record<string, object>;
  }>(server.url, 'GET', '/api/openapi.json');

  await t.test('as OpenAPI 3.1, with every route', async (t) => {
    t.match(body.openapi, /^3\.1\./);
    const listed = Object.entries(body.paths).flatMap(([urlPath, operations]) =>
      Object.keys(operations).map((method) => `${method.toUpperCase()} ${urlPath}`),
    );
    t.same(listed.sort(), [
      'DELETE /api/files/{file_id}',
      'DELETE /api/owner/account/sessions/{id}',
      'DELETE /api/owner/leads/{uuid}',
      'DELETE /api/owner/sites/{key}/people/{account}',
      'DELETE /api/session',
      'GET /api/conversation.schema.json',
      'GET /api/events',
      'GET /api/events/ws',
      'GET /api/files',
      'GET /api/files/download/{file_id}',
      'GET /api/messages',
      'GET /api/openapi.json',
      'GET /api/owner/account',
      'GET /api/owner/account/sessions',
      'GET /api/owner/events',
      'GET /api/owner/exports/{export_id}',
      'GET /api/owner/files/{file_id}',
      'GET /api/owner/files/{file_id}/bytes',
      'GET /api/owner/files/{file_id}/text',
      'GET /api/owner/leads',
      'GET /api/owner/leads/{uuid}',
      'GET /api/owner/leads/{uuid}/consents',
      'GET /api/owner/leads/{uuid}/export',
      'GET /api/owner/leads/{uuid}/messages',
      'GET /api/owner/leads/{uuid}/trail',
      'GET /api/owner/sites',
      'GET /api/owner/sites/{key}',
      'GET /api/owner/sites/{key}/funnel',
      'GET /api/owner/sites/{key}/people',
      'GET /api/owner/sites/{key}/trail',
      'GET /api/session',
      'GET /api/session/export',
      'GET /api/sites/{key}/config',
      'GET /healthz',
      'GET /metrics',
      'GET /readyz',
      'GET /verify/{link}',
      'GET /verify/{link}/not-me',
      'PATCH /api/owner/account',
      'PATCH /api/owner/leads/{uuid}',
      'PATCH /api/owner/sites/{key}/people/{account}',
      'PATCH /api/session',
      'POST /api/files/upload',
      'POST /api/messages',
      'POST /api/messages/answers/{link}',
      'POST /api/messages/stop',
      'POST /api/owner/exports',
      'POST /api/owner/leads/bulk',
      'POST /api/owner/leads/search',
      'POST /api/owner/leads/{uuid}/verification',
      'POST /api/owner/sign-in/link',
      'POST /api/owner/sign-in/link/look',
      'POST /api/owner/sign-in/link/use',
      'POST /api/owner/sign-in/not-me',
      'POST /api/owner/sign-out',
      'POST /api/owner/sites/{key}/people',
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

  await t.test('and can be browsed under a policy that allows its own page', async (t) => {
    const response = await fetch(`${server.url}/api/docs/static/index.html`);
    const page = await response.text();
    t.equal(response.status, 200);
    const policy = response.headers.get('content-security-policy') ?? '';
    t.match(policy, /script-src 'self'/);
    t.match(policy, /connect-src 'self'/);
    t.match(policy, /frame-ancestors 'none'/);
    t.notMatch(page, /<script>/);
    t.match(page, /<title>Maria Chat: API/);
    t.match(page, /own\.css/);
    const script = await (await fetch(`${server.url}/api/docs/static/theme/header.js`)).text();
    t.match(script, /<header.*<\/svg> Maria Chat<\/a>/, 'our own header');
    t.match(script, /href=\\"\/dev\/mail\\"/, 'in development, it links to the other pages');
    for (const [, address] of page.matchAll(/(?:src|href)="([^"]+)"/g)) {
      t.equal((await fetch(new URL(address ?? '', response.url))).status, 200, address ?? '');
    }
  });
});

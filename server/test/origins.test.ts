import t from 'tap';

import {addSite, generateUuid, getVisitState} from './session-helpers.js';
import {startServer} from './start-server.js';
import {until} from './until.js';
import {Visitor} from './visitor.js';

void t.test('origins', async (t) => {
  const server = await startServer(t);
  await addSite(server, 'acme', ['https://www.acme.example', 'null', 'capacitor://localhost']);
  await addSite(server, 'strict', ['https://strict.example']);
  const from = (site: string, origin: string) => generateUuid(server.url, {site}, {origin});

  for (const [site, origin] of [
    ['acme', 'https://www.acme.example'],
    ['acme', 'null'],
    ['acme', 'capacitor://localhost'],
    ['demo', server.url],
    ['demo', 'http://localhost:5173'],
    ['demo', 'https://localhost:8443'],
    ['demo', 'http://127.0.0.1:3000'],
    ['demo', 'http://[::1]:3000'],
  ] as const) {
    await t.test(`${origin} may call for ${site}`, async (t) => {
      const {status, headers} = await from(site, origin);

      t.equal(status, 200);
      t.equal(headers.get('access-control-allow-origin'), '*');
      t.equal(headers.get('access-control-allow-credentials'), null);
    });
  }

  for (const [site, origin] of [
    ['acme', 'https://acme.example'],
    ['acme', 'http://www.acme.example'],
    ['acme', 'https://www.acme.example:444'],
    ['acme', 'https://www.acme.example.evil.example'],
    ['acme', 'http://localhost:5173'],
    ['acme', 'capacitor://localhost:1'],
    ['acme', 'ionic://localhost'],
    ['strict', 'capacitor://localhost'],
    ['strict', 'null'],
    ['demo', 'null'],
    ['demo', 'http://localhost.evil.example'],
    ['demo', 'http://evil.example:8080'],
  ] as const) {
    await t.test(`${origin} may not call for ${site}, and gets the reason`, async (t) => {
      const {status, headers, body} = await from(site, origin);

      t.equal(status, 403);
      t.match(body, {status: 'error', code: 'origin_not_allowed', uuid: null});
      t.ok(body.message.includes(`"${origin}"`), 'names the origin');
      t.ok(body.message.includes('allowed_origins'), 'names the setting');
      t.ok(
        body.message.endsWith(`maria site set ${site} --add-origin ${origin}`),
        'the command keeps the other origins',
      );
      t.equal(headers.get('access-control-allow-origin'), '*');
    });
  }

  await t.test('a call without Origin is accepted', async (t) => {
    t.equal((await generateUuid(server.url, {site: 'strict'})).status, 200);
  });

  await t.test('the origin is checked on every call of a session', async (t) => {
    const visitor = await Visitor.arrive(server.url, 'strict');
    const call = (method: string, path: string, origin: string) =>
      visitor.call(method, path, {headers: {origin}});
    for (const [method, path] of [
      ['GET', '/api/session'],
      ['GET', '/api/files'],
      ['DELETE', '/api/session'],
      ['POST', '/api/files/upload'],
    ] as const) {
      t.equal((await call(method, path, 'https://evil.example')).status, 403, `${method} ${path}`);
    }
    t.equal((await call('GET', '/api/session', 'https://strict.example')).status, 200);
    t.equal(await getVisitState(server, visitor.uuid), undefined);
  });

  await t.test('a rejection is audited once a minute for each IP address', async (t) => {
    const getRows = () => server.sql`select from audit_logs where event_type = 'origin_refused'`;
    await until(async () => (await getRows()).length > 0);
    t.equal((await getRows()).length, 1);
  });

  await t.test('a page can read the file name in a response', async (t) => {
    const {headers} = await fetch(`${server.url}/healthz`);
    t.match(headers.get('access-control-expose-headers'), /content-disposition/);
  });

  await t.test('a preflight succeeds for every origin and every method of the API', async (t) => {
    for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']) {
      const response = await fetch(`${server.url}/api/session`, {
        method: 'OPTIONS',
        headers: {
          origin: 'https://evil.example',
          'access-control-request-method': method,
          'access-control-request-headers':
            'authorization,x-session-uuid,idempotency-key,content-type,baggage',
        },
      });
      t.equal(response.status, 204);
      t.equal(response.headers.get('access-control-allow-origin'), '*');
      t.ok(response.headers.get('access-control-allow-methods')?.includes(method));
      for (const name of [
        'authorization',
        'x-session-uuid',
        'idempotency-key',
        'content-type',
        'baggage',
      ]) {
        t.ok(response.headers.get('access-control-allow-headers')?.includes(name), name);
      }
    }
  });
});

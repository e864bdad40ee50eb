import {createHash, randomUUID} from 'node:crypto';

import t from 'tap';
import type {Test} from 'tap';
import {v1, v4, v7} from 'uuid';

import type {ErrorBody} from '../contract/common.js';
import type {GeneratedUuid, Session, ValidatedUuid} from '../contract/sessions.js';
import {saveSite} from '../sites/store.js';
import {linkIn} from './mailbox.js';
import {makePdf} from './pdf.js';
import {startServer} from './start-server.js';
import type {TestServer} from './start-server.js';
import {until} from './until.js';
import {Visitor, request} from './visitor.js';

type Fault = Pick<ErrorBody, 'code' | 'faults' | 'request_id'>;
type Validated = ValidatedUuid & Fault;

const validate = (url: string, json: unknown, token?: string, headers = {}) =>
  request<Validated>(url, 'POST', '/api/session/validate-uuid', {
    json,
    headers: {...(token && {authorization: `Bearer ${token}`}), ...headers},
  });

const generate = (url: string, json: unknown = {}, headers = {}) =>
  request<GeneratedUuid & Fault>(url, 'POST', '/api/session/generate-uuid', {json, headers});

const auditOf = ({sql}: TestServer, uuid: string, event: string) =>
  sql<{metadata: Record<string, unknown>; ip: string | null}[]>`
    select metadata, host(ip_address) as ip from audit_logs
    where user_uuid = ${uuid} and event_type = ${event} order by id`;

const objectsOf = async ({objects}: TestServer, uuid: string): Promise<string[]> => {
  const keys: string[] = [];
  for await (const page of objects.list(`uploads/${uuid}/`)) {
    keys.push(...page.objects.map(({key}) => key));
  }
  return keys;
};

const stateOf = async ({sql}: TestServer, uuid: string): Promise<string | undefined> => {
  const [row] = await sql<{state: string}[]>`select state from visits where uuid = ${uuid}`;
  return row?.state;
};

const age = ({sql}: TestServer, uuid: string, minutes: number) =>
  sql`update visits set last_seen_at = now() - ${`${minutes} minutes`}::interval
      where uuid = ${uuid}`;

/** A visitor whose address is confirmed. */
const completed = async (server: TestServer, email: string): Promise<Visitor> => {
  const visitor = await Visitor.consenting(server.url);
  await visitor.contact(email);
  await fetch(linkIn(await server.mailbox.waitFor(email)), {method: 'POST'});
  return visitor;
};

const addSite = ({sql}: TestServer, key: string, allowedOrigins: string[]) =>
  saveSite(sql, {key, name: key, allowedOrigins, notifyEmail: null, settings: {}});

void t.test('validate-uuid refuses what is no version-4 UUID', async (t) => {
  const server = await startServer(t);

  for (const json of [{}, {uuid: ''}, {uuid: null}]) {
    await t.test(`a missing UUID is an error: ${JSON.stringify(json)}`, async (t) => {
      const {status, body} = await validate(server.url, json);

      t.equal(status, 400);
      t.match(body, {status: 'error', code: 'invalid_request', uuid: null});
      t.match(body.faults, [{path: '/uuid'}]);
    });
  }

  const wrong: [string, unknown][] = [
    ['version 1', v1()],
    ['version 7', v7()],
    ['the nil UUID', '00000000-0000-0000-0000-000000000000'],
    ['the max UUID', 'ffffffff-ffff-ffff-ffff-ffffffffffff'],
    ['a wrong variant', '2f1c7c1e-6d0b-4c53-1d1a-0a5c8a6f3b1e'],
    ['one digit short', v4().slice(1)],
    ['braces', `{${v4()}}`],
    ['a line break behind', `${v4()}\n`],
    ['SQL', `${v4()}' or '1'='1`],
    ['a number', 42],
    ['a list', [v4()]],
    ['an object', {uuid: v4()}],
    ['true', true],
  ];
  for (const [what, uuid] of wrong) {
    await t.test(`${what} is invalid`, async (t) => {
      const {status, body} = await validate(server.url, {uuid});

      t.equal(status, 400);
      t.match(body, {status: 'invalid', code: 'invalid_uuid', uuid: null});
    });
  }

  await t.test('each attempt is audited with its outcome, and makes no row', async (t) => {
    const rows = await server.sql<{outcome: string; count: number}[]>`
      select metadata->>'outcome' as outcome, count(*)::int as count from audit_logs
      where event_type = 'uuid_validation_attempt' group by 1`;

    t.same([...rows], [{outcome: 'invalid', count: wrong.length + 3}]);
    t.same([...(await server.sql`select from visits`)], []);
  });
});

void t.test('validate-uuid answers by what is known', async (t) => {
  const server = await startServer(t);

  await t.test('an unknown UUID is claimed with a token, in lower case', async (t) => {
    const uuid = v4();

    const {status, body} = await validate(server.url, {uuid: uuid.toUpperCase()});

    t.equal(status, 200);
    t.match(body, {status: 'success', uuid});
    t.equal(body.session, undefined);
    const visitor = new Visitor(server.url, uuid, body.token ?? '');
    t.equal((await visitor.consent({personal_data: true})).status, 200);
    t.equal(await stateOf(server, uuid), 'open');
  });

  const removing = async () => {
    const visitor = await Visitor.consenting(server.url);
    await server.sql`update visits set state = 'purging' where uuid = ${visitor.uuid}`;
    return visitor;
  };
  const gone = async () => {
    const visitor = await Visitor.consenting(server.url);
    await visitor.call('DELETE', '/api/session');
    await until(async () => (await stateOf(server, visitor.uuid)) === 'gone');
    return visitor;
  };
  const erased = async () => {
    const visitor = await Visitor.consenting(server.url);
    await visitor.contact('erased@example.com');
    await visitor.call('DELETE', '/api/session');
    return visitor;
  };
  const pending = async () => {
    const visitor = await Visitor.consenting(server.url);
    await visitor.contact('pending@example.com');
    return visitor;
  };
  const archived = async () => {
    const visitor = await pending();
    await server.sql`
      update user_sessions set archived_at = now() where uuid = ${visitor.uuid}`;
    return visitor;
  };
  const states: [string, () => Promise<Visitor>, number][] = [
    ['visit', () => Visitor.consenting(server.url), 200],
    ['pending', pending, 200],
    ['complete', () => completed(server, 'complete@example.com'), 200],
    ['archived', archived, 410],
    ['being removed', removing, 410],
    ['gone', gone, 410],
    ['erased', erased, 410],
  ];
  for (const [state, make, whenRight] of states) {
    await t.test(`${state}: only the right token is let in`, async (t) => {
      await server.sql`delete from mail_counts`;
      const visitor = await make();
      const {uuid} = visitor;
      const stranger = (await validate(server.url, {uuid: v4()})).body.token ?? '';

      for (const token of [
        undefined,
        'rubbish',
        `${'a'.repeat(43)}.demo.${'b'.repeat(43)}`,
        stranger,
      ]) {
        const {status, body} = await validate(server.url, {uuid}, token);
        t.equal(status, 409, `${String(token).slice(0, 8)} is refused`);
        t.match(body, {status: 'collision', code: 'uuid_collision', uuid: null});
        t.notOk('session' in body || 'token' in body);
      }
      const right = await validate(server.url, {uuid: uuid.toUpperCase()}, visitor.token);
      t.equal(right.status, whenRight);
      if (whenRight === 200) {
        t.match(right.body, {status: 'success', uuid, session: {uuid, state}});
        t.equal(right.body.token, undefined);
        t.equal((await auditOf(server, uuid, 'session_resumed')).length, 1);
      } else {
        t.match(right.body, {status: 'gone', code: 'session_gone', uuid: null});
        t.equal((await visitor.session()).status, 410);
        t.equal((await visitor.call('GET', '/api/files')).status, 410);
        t.equal((await visitor.upload(makePdf())).status, 410);
        t.equal((await visitor.consent({personal_data: true})).status, 410);
        t.equal((await visitor.contact('new@example.com')).status, 410);
        t.equal((await visitor.call('POST', '/api/session/verification')).status, 410);
      }
    });
  }
});

void t.test('two who claim one UUID cannot both use it', async (t) => {
  const server = await startServer(t);
  const uuid = v4();
  const [first, second] = await Promise.all(
    [0, 1].map(async () => {
      const {body} = await validate(server.url, {uuid});
      return new Visitor(server.url, uuid, body.token ?? '');
    }),
  );
  if (!first || !second) return;
  t.not(first.token, second.token);
  t.same([(await first.session()).status, (await second.session()).status], [200, 200]);

  const answers = await Promise.all([
    first.consent({personal_data: true}),
    second.consent({personal_data: true}),
  ]);

  t.same(answers.map(({status}) => status).sort(), [200, 401]);
  const [winner, loser] = answers[0].status === 200 ? [first, second] : [second, first];
  t.match((await loser.session()).body, {code: 'token_invalid'});
  t.equal((await loser.upload(makePdf())).status, 401);
  t.equal((await validate(server.url, {uuid}, loser.token)).status, 409);
  t.equal((await winner.upload(makePdf())).status, 201);
  t.equal((await winner.files()).length, 1);
  t.equal((await server.sql`select from consents where session_uuid = ${uuid}`).length, 1);
});

void t.test('a token opens its own UUID at its own site and nothing else', async (t) => {
  const server = await startServer(t);
  await addSite(server, 'acme', []);
  const visitor = await Visitor.consenting(server.url);
  const elsewhere = (await validate(server.url, {uuid: v4(), site: 'acme'})).body;

  await t.test('a token of another UUID is refused', async (t) => {
    const stranger = await Visitor.consenting(server.url);
    const mixed = new Visitor(server.url, visitor.uuid, stranger.token);
    t.match((await mixed.session()).body, {status: 'error', code: 'token_invalid'});
  });

  await t.test('a token of the same UUID at another site is refused', async (t) => {
    const uuid = v4();
    const atDemo = (await validate(server.url, {uuid})).body.token ?? '';
    const atAcme = (await validate(server.url, {uuid, site: 'acme'})).body.token ?? '';
    await new Visitor(server.url, uuid, atDemo).consent({personal_data: true});

    t.equal((await new Visitor(server.url, uuid, atAcme).session()).status, 401);
    t.equal((await new Visitor(server.url, uuid, atDemo).session()).status, 200);
  });

  await t.test('the site in a token cannot be changed', async (t) => {
    const forged = (elsewhere.token ?? '').replace('.acme.', '.demo.');
    t.equal((await new Visitor(server.url, elsewhere.uuid, forged).session()).status, 401);
    t.equal(
      (await new Visitor(server.url, elsewhere.uuid, elsewhere.token ?? '').session()).status,
      200,
    );
  });

  await t.test('the database keeps its hash, nowhere the token', async (t) => {
    const [row] = await server.sql`select token_hash from visits where uuid = ${visitor.uuid}`;
    const hash = createHash('sha256').update(visitor.token).digest();
    t.ok(hash.equals(row?.['token_hash'] as Buffer));
  });

  await t.test('an unknown site is named', async (t) => {
    for (const answer of [
      await generate(server.url, {site: 'nobody'}),
      await validate(server.url, {uuid: v4(), site: 'nobody'}),
    ]) {
      t.equal(answer.status, 404);
      t.match(answer.body, {code: 'unknown_site', message: /"nobody"/, uuid: null});
    }
  });
});

void t.test('generate-uuid', async (t) => {
  await t.test('answers a UUID and a token, and writes two audit rows and no visit', async (t) => {
    const server = await startServer(t);

    const {status, body} = await request<GeneratedUuid>(
      server.url,
      'POST',
      '/api/session/generate-uuid',
    );

    t.equal(status, 200);
    t.match(body, {status: 'success', uuid: /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab]/});
    t.equal((await auditOf(server, body.uuid, 'uuid_generation_attempt')).length, 1);
    t.equal((await auditOf(server, body.uuid, 'uuid_generated')).length, 1);
    t.equal(await stateOf(server, body.uuid), undefined);
  });

  const withKnown = async (t: Test, known: number) => {
    const uuids = [v4(), v4(), v4()];
    const server = await startServer(t, {parts: {newUuid: () => uuids.shift() ?? v4()}});
    for (const uuid of uuids.slice(0, known)) {
      await server.sql`
        insert into visits (uuid, site_key, token_hash)
        values (${uuid}, 'demo', sha256('x'::bytea))`;
    }
    return {server, last: uuids[2]};
  };

  await t.test('two known UUIDs are passed over for a third', async (t) => {
    const {server, last} = await withKnown(t, 2);

    const {status, body} = await generate(server.url);

    t.equal(status, 200);
    t.equal(body.uuid, last);
  });

  await t.test('three known UUIDs end in 500 and an audit row', async (t) => {
    const {server} = await withKnown(t, 3);

    const {status, body} = await generate(server.url);

    t.equal(status, 500);
    const {request_id: _, ...rest} = body;
    t.same(rest, {
      status: 'error',
      code: 'uuid_generation_failed',
      message: 'Failed to generate a unique UUID after multiple attempts',
      uuid: null,
    });
    const rows = await server.sql`
      select from audit_logs where event_type = 'uuid_generation_failed'`;
    t.equal(rows.length, 1);
    await until(async () => (await server.sql`select from jobs`).length === 1);
    server.sender.wake();
    t.match((await server.mailbox.waitFor('operator@example.com')).text, /uuid_generation_failed/);
  });
});

void t.test('ten requests a minute and address, over all replicas', async (t) => {
  const settings = {RATE_LIMIT_PER_MINUTE: '10', TRUST_PROXY: '127.0.0.1'};
  const server = await startServer(t, {settings});
  const twin = await startServer(t, {beside: server, settings});
  const from = (address: string) => ({'x-forwarded-for': address});

  await t.test('the tenth passes, the eleventh is refused at either server', async (t) => {
    const statuses: number[] = [];
    for (let i = 0; i < 10; i++) {
      const url = i % 2 === 0 ? server.url : twin.url;
      const {status, headers} = await generate(url, {}, from('203.0.113.7'));
      statuses.push(status);
      t.equal(headers.get('ratelimit-limit'), '10');
      t.equal(headers.get('ratelimit-remaining'), String(9 - i));
      t.ok(Number(headers.get('ratelimit-reset')) > 0);
    }
    t.same(statuses, Array(10).fill(200));

    for (const {url} of [server, twin]) {
      const {status, headers, body} = await generate(url, {}, from('203.0.113.7'));
      t.equal(status, 429);
      t.match(body, {status: 'rate_limited', code: 'rate_limited', uuid: null});
      const seconds = Number(headers.get('retry-after'));
      t.ok(seconds >= 1 && seconds <= 60, `Retry-After: ${seconds}`);
      t.equal(headers.get('ratelimit-remaining'), '0');
      t.equal(headers.get('access-control-allow-origin'), '*');
    }
  });

  await t.test('the two calls are counted apart', async (t) => {
    t.equal((await validate(server.url, {uuid: v4()}, undefined, from('203.0.113.7'))).status, 200);
  });

  await t.test('another address is not concerned', async (t) => {
    t.equal((await generate(server.url, {}, from('203.0.113.8'))).status, 200);
  });

  await t.test('one IPv6 /64 is one client, the next /64 another', async (t) => {
    for (let i = 1; i <= 10; i++) {
      t.equal((await generate(server.url, {}, from(`2001:db8:0:1::${i}`))).status, 200);
    }
    t.equal((await generate(server.url, {}, from('2001:db8:0:1:ffff::1'))).status, 429);
    t.equal((await generate(server.url, {}, from('2001:db8:0:2::1'))).status, 200);
  });

  await t.test('violations are audited once a minute and address', async (t) => {
    const audited = () => server.sql`
      select from audit_logs where event_type = 'rate_limit_exceeded'
      and ip_address = '203.0.113.9'`;
    for (let i = 0; i < 13; i++) await generate(server.url, {}, from('203.0.113.9'));
    await until(async () => (await audited()).length > 0);
    t.equal((await audited()).length, 1);
  });

  await t.test('the tenth violation in an hour alerts the operator', async (t) => {
    const alerts = () => server.sql`select from alerts where cause = 'rate_limit'`;
    for (let i = 0; i < 19; i++) await generate(server.url, {}, from('203.0.113.10'));
    t.equal((await alerts()).length, 0);
    await generate(server.url, {}, from('203.0.113.10'));
    await until(async () => (await alerts()).length === 1);
  });

  await t.test('the window ends', async (t) => {
    await server.sql`update rate_limits set resets_at = now() - interval '1 second'`;
    t.equal((await generate(server.url, {}, from('203.0.113.7'))).status, 200);
  });

  await t.test('without TRUST_PROXY nobody chooses an address', async (t) => {
    const own = await startServer(t, {settings: {RATE_LIMIT_PER_MINUTE: '10'}});
    for (let i = 0; i < 10; i++) await generate(own.url, {}, from(`203.0.113.${i}`));
    t.equal((await generate(own.url, {}, from('203.0.113.99'))).status, 429);
  });

  await t.test('the counters keep nobody’s address', async (t) => {
    const rows = await server.sql<{key: string}[]>`select key from rate_limits`;
    t.ok(rows.length > 0);
    t.notMatch(rows.map(({key}) => key).join(), /203\.0\.113|2001:db8/);
  });
});

void t.test('suspicious visitors are audited and alerted', async (t) => {
  const server = await startServer(t);
  const suspicions = () => server.sql<{kind: string}[]>`
    select metadata->>'kind' as kind from audit_logs where event_type = 'suspicious_activity'`;

  await t.test('the twentieth invalid UUID is, the nineteenth is not', async (t) => {
    for (let i = 0; i < 19; i++) await validate(server.url, {uuid: 'x'});
    t.equal((await suspicions()).length, 0);
    await validate(server.url, {uuid: 'x'});
    await until(async () => (await suspicions()).length === 1);
    t.match(await suspicions(), [{kind: 'uuids'}]);
  });

  await t.test('the fiftieth refused token is', async (t) => {
    const visitor = new Visitor(server.url, v4(), 'wrong');
    for (let i = 0; i < 49; i++) await visitor.session();
    t.equal((await suspicions()).length, 1);
    await visitor.session();
    await until(async () => (await suspicions()).length === 2);
  });
});

void t.test('before its first change a UUID is an empty visit', async (t) => {
  const server = await startServer(t);
  const visitor = await Visitor.arrive(server.url);

  const {status, body} = await visitor.session();

  t.equal(status, 200);
  t.match(body, {uuid: visitor.uuid, state: 'visit', name: null, email_masked: null});
  t.same([body.files, body.consents], [[], []]);
  const files = await visitor.call('GET', '/api/files');
  t.same([files.status, files.body], [200, {files: []}]);
  t.equal(await stateOf(server, visitor.uuid), undefined);
});

void t.test('credentials come before the body', async (t) => {
  const server = await startServer(t);
  const calls: [string, string][] = [
    ['PUT', '/api/session/consents'],
    ['PUT', '/api/session/contact'],
    ['PATCH', '/api/session'],
    ['POST', '/api/session/progress'],
    ['POST', '/api/files/upload'],
  ];
  const send = (method: string, path: string, headers: Record<string, string>) =>
    fetch(`${server.url}${path}`, {
      method,
      headers: {'content-type': 'application/json', ...headers},
      body: '{"broken',
    });
  const visitor = await Visitor.arrive(server.url);
  for (const [method, path] of calls) {
    await t.test(`${method} ${path} with a broken body`, async (t) => {
      const {authorization = ''} = visitor.credentials;

      const none = await send(method, path, {});
      const noUuid = await send(method, path, {authorization});
      const noToken = await send(method, path, {'x-session-uuid': visitor.uuid});
      const wrong = await send(method, path, {authorization, 'x-session-uuid': v4()});

      t.same([none.status, noUuid.status, noToken.status, wrong.status], [401, 401, 401, 401]);
      t.match(await none.json(), {status: 'error', code: 'token_required'});
      t.match(await noUuid.json(), {code: 'token_required'});
      t.match(await noToken.json(), {code: 'token_required'});
      t.match(await wrong.json(), {code: 'token_invalid'});
      if (path !== '/api/files/upload') {
        t.equal((await send(method, path, visitor.credentials)).status, 400);
      }
    });
  }
});

void t.test('origins', async (t) => {
  const server = await startServer(t);
  await addSite(server, 'acme', ['https://www.acme.example', 'null']);
  await addSite(server, 'strict', ['https://strict.example']);
  const from = (site: string, origin: string) => generate(server.url, {site}, {origin});

  for (const [site, origin] of [
    ['acme', 'https://www.acme.example'],
    ['acme', 'null'],
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
    ['strict', 'null'],
    ['demo', 'null'],
    ['demo', 'http://localhost.evil.example'],
    ['demo', 'http://evil.example:8080'],
  ] as const) {
    await t.test(`${origin} may not call for ${site}, and can read why`, async (t) => {
      const {status, headers, body} = await from(site, origin);

      t.equal(status, 403);
      t.match(body, {status: 'error', code: 'origin_not_allowed', uuid: null});
      t.ok(body.message.includes(`"${origin}"`), 'names the origin');
      t.ok(body.message.includes('allowed_origins'), 'names the setting');
      t.equal(headers.get('access-control-allow-origin'), '*');
    });
  }

  await t.test('a call without Origin passes', async (t) => {
    t.equal((await generate(server.url, {site: 'strict'})).status, 200);
  });

  await t.test('the origin is judged on every call of a session', async (t) => {
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
    t.equal(await stateOf(server, visitor.uuid), undefined);
  });

  await t.test('a refusal is audited once a minute and address', async (t) => {
    const rows = () => server.sql`select from audit_logs where event_type = 'origin_refused'`;
    await until(async () => (await rows()).length > 0);
    t.equal((await rows()).length, 1);
  });

  await t.test('a preflight is answered to any origin, for every method we have', async (t) => {
    for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']) {
      const response = await fetch(`${server.url}/api/session`, {
        method: 'OPTIONS',
        headers: {
          origin: 'https://evil.example',
          'access-control-request-method': method,
          'access-control-request-headers': 'authorization,x-session-uuid,idempotency-key',
        },
      });
      t.equal(response.status, 204);
      t.equal(response.headers.get('access-control-allow-origin'), '*');
      t.ok(response.headers.get('access-control-allow-methods')?.includes(method));
      for (const name of ['authorization', 'x-session-uuid', 'idempotency-key', 'content-type']) {
        t.ok(response.headers.get('access-control-allow-headers')?.includes(name), name);
      }
    }
  });
});

void t.test('an idle visit', async (t) => {
  const server = await startServer(t);

  await t.test('lives until the limit, and any call begins it anew', async (t) => {
    const visitor = await Visitor.consenting(server.url);
    await age(server, visitor.uuid, 29);

    t.equal((await visitor.session()).status, 200);

    const [row] = await server.sql`
      select last_seen_at > now() - interval '1 minute' as young from visits
      where uuid = ${visitor.uuid}`;
    t.equal(row?.['young'], true);
  });

  for (const [what, call] of [
    ['reading', (visitor: Visitor) => visitor.session()],
    ['a change', (visitor: Visitor) => visitor.consent({ai_training: true})],
    ['an upload', (visitor: Visitor) => visitor.upload(makePdf())],
    ['contact', (visitor: Visitor) => visitor.contact('late@example.com')],
  ] as const) {
    await t.test(`is gone after it by ${what}, with its files`, async (t) => {
      const visitor = await Visitor.consenting(server.url);
      await visitor.upload(makePdf());
      await age(server, visitor.uuid, 31);

      const {status, body} = await call(visitor);

      t.equal(status, 410);
      t.match(body, {status: 'gone', code: 'session_gone'});
      await until(async () => (await stateOf(server, visitor.uuid)) === 'gone');
      t.same(await objectsOf(server, visitor.uuid), []);
      const left = await server.sql`
        select from file_uploads where session_uuid = ${visitor.uuid}
        union all select from consents where session_uuid = ${visitor.uuid}`;
      t.equal(left.length, 0);
      t.match(await auditOf(server, visitor.uuid, 'visit_abandoned'), [
        {metadata: {cause: 'idle'}},
      ]);
      t.equal((await visitor.session()).status, 410);
    });
  }

  await t.test('is gone after a day however busy it was', async (t) => {
    const [young, old] = [
      await Visitor.consenting(server.url),
      await Visitor.consenting(server.url),
    ];
    await server.sql`
      update visits set started_at = now() - interval '23 hours 59 minutes' where uuid = ${young.uuid}`;
    await server.sql`
      update visits set started_at = now() - interval '24 hours 1 minute' where uuid = ${old.uuid}`;

    t.same([(await young.session()).status, (await old.session()).status], [200, 410]);
  });

  await t.test('a limit of seconds holds by the clock', async (t) => {
    const own = await startServer(t, {settings: {VISIT_IDLE_MINUTES: '0.02'}});
    const visitor = await Visitor.consenting(own.url);
    const {body} = await visitor.session();
    const left = Date.parse(body.idle_expires_at ?? '') - Date.now();
    t.ok(left <= 1_200, `${left} ms`);
    await until(() => Date.now() > Date.parse(body.idle_expires_at ?? '') + 50);

    t.equal((await visitor.session()).status, 410);
  });

  await t.test('a session is never idle', async (t) => {
    const visitor = await Visitor.consenting(server.url);
    await visitor.contact('patient@example.com');
    await age(server, visitor.uuid, 60 * 48);

    const {status, body} = await visitor.session();

    t.same([status, body.state, body.idle_expires_at], [200, 'pending', null]);
  });
});

void t.test('consents', async (t) => {
  const server = await startServer(t);

  await t.test('are recorded with their wording and its hash, each decision anew', async (t) => {
    const visitor = await Visitor.arrive(server.url);
    const wording = 'Dürfen wir Ihre Daten speichern? 🙂 نعم';
    const decide = (granted: boolean) =>
      visitor.call('PUT', '/api/session/consents', {
        json: {consents: [{purpose: 'ai_training', granted, wording, locale: 'de-AT'}]},
      });

    await decide(false);
    await decide(true);
    const {status, body} = await decide(false);

    t.equal(status, 200);
    t.match(body, {consents: [{purpose: 'ai_training', granted: false}]});
    const rows = await server.sql`
      select decision, wording, encode(wording_sha256, 'hex') as hash, locale from consents
      where session_uuid = ${visitor.uuid} order by id`;
    const hash = createHash('sha256').update(wording).digest('hex');
    t.same(
      [...rows],
      ['refused', 'granted', 'refused'].map((decision) => ({
        decision,
        wording,
        hash,
        locale: 'de-AT',
      })),
    );
    for (const [event, count] of [
      ['consent_refused', 1],
      ['consent_given', 1],
      ['consent_withdrawn', 1],
    ] as const) {
      t.equal((await auditOf(server, visitor.uuid, event)).length, count, event);
    }
  });

  await t.test('take a wording of 4,000 characters in any script, and no more', async (t) => {
    const visitor = await Visitor.arrive(server.url);
    const decide = (wording: string) =>
      visitor.call('PUT', '/api/session/consents', {
        json: {
          consents: ['personal_data', 'ai_training', 'ai_answers'].map((purpose) => ({
            purpose,
            granted: true,
            wording,
            locale: 'ja',
          })),
        },
      });

    t.equal((await decide('同'.repeat(4_000))).status, 200);
    t.equal((await decide('x'.repeat(4_001))).status, 400);
    t.equal((await decide('')).status, 400);
  });

  await t.test('with a wording that no database can keep are the caller’s fault', async (t) => {
    const visitor = await Visitor.arrive(server.url);
    const {status, body} = await visitor.call('PUT', '/api/session/consents', {
      json: {consents: [{purpose: 'personal_data', granted: true, wording: 'a\0b', locale: 'en'}]},
    });
    t.same([status, body['code']], [400, 'invalid_request']);
  });

  await t.test('of an unknown purpose are refused whole', async (t) => {
    const visitor = await Visitor.arrive(server.url);
    const {status} = await visitor.consent({personal_data: true, marketing: true});
    t.equal(status, 400);
    t.same((await visitor.session()).body.consents, []);
  });

  await t.test('refusing the storing of data removes what was uploaded', async (t) => {
    const visitor = await Visitor.consenting(server.url);
    await visitor.upload(makePdf());
    await visitor.upload(makePdf());
    t.equal((await objectsOf(server, visitor.uuid)).length, 2);

    const {status} = await visitor.consent({personal_data: false});

    t.equal(status, 200);
    t.same(await visitor.files(), []);
    const asked = Date.now();
    await until(async () => (await objectsOf(server, visitor.uuid)).length === 0);
    t.ok(Date.now() - asked < 5_000);
    t.equal((await visitor.upload(makePdf())).status, 403);
    await visitor.consent({personal_data: true});
    t.equal((await visitor.upload(makePdf())).status, 201, 'and agreeing again opens the way');
  });

  await t.test('refusing the training removes nothing', async (t) => {
    const visitor = await Visitor.consenting(server.url);
    await visitor.upload(makePdf());

    await visitor.consent({ai_training: false});

    t.equal((await visitor.files()).length, 1);
    t.equal((await objectsOf(server, visitor.uuid)).length, 1);
  });

  await t.test('withdrawing the storing of a session erases it', async (t) => {
    const visitor = await Visitor.consenting(server.url);
    await visitor.contact('withdrawn@example.com');

    t.equal((await visitor.consent({personal_data: false})).status, 200);

    t.equal(await stateOf(server, visitor.uuid), 'erased');
    t.equal((await visitor.session()).status, 410);
    t.equal((await server.sql`select from user_sessions where uuid = ${visitor.uuid}`).length, 0);
  });
});

void t.test('progress', async (t) => {
  const server = await startServer(t);
  const visitor = await Visitor.arrive(server.url);
  const reach = (step: unknown) =>
    visitor.call<ErrorBody>('POST', '/api/session/progress', {json: {step}});
  const furthest = async () => {
    const [row] = await server.sql<{furthest_step: string | null}[]>`
      select furthest_step from visits where uuid = ${visitor.uuid}`;
    return row?.furthest_step;
  };

  await t.test('an unknown step is refused and makes no row', async (t) => {
    for (const step of ['nowhere', '', 'Name', 7, null]) {
      const {status, body} = await reach(step);
      t.same([status, body.code], [400, 'invalid_request']);
      t.match(body.faults, [{path: '/step'}]);
    }
    t.equal(await furthest(), undefined);
  });

  await t.test('a known step is kept, and audited once', async (t) => {
    for (const step of ['welcome', 'name', 'name', 'files', 'name']) {
      t.equal((await reach(step)).status, 204);
    }
    t.equal(await furthest(), 'files');
    const steps = (await auditOf(server, visitor.uuid, 'step_reached')).map(
      ({metadata}) => metadata['step'],
    );
    t.same(steps, ['welcome', 'name', 'files']);
    const [row] = await server.sql<{count: number}[]>`
      select count::int from funnel_daily where counter = 'step_name'`;
    t.equal(row?.count, 1);
  });

  await t.test('eight at once are one step', async (t) => {
    const other = await Visitor.arrive(server.url);
    await Promise.all(
      Array.from({length: 8}, () =>
        other.call('POST', '/api/session/progress', {json: {step: 'welcome'}}),
      ),
    );
    t.equal((await auditOf(server, other.uuid, 'step_reached')).length, 1);
  });
});

void t.test('leaving the page', async (t) => {
  const beacon = (url: string, {uuid, token}: {uuid: string; token: string}) =>
    fetch(`${url}/api/session/leave`, {
      method: 'POST',
      headers: {'content-type': 'text/plain;charset=UTF-8'},
      body: JSON.stringify({uuid, token}),
    });
  const isLeft = async ({sql}: TestServer, uuid: string) => {
    const [row] = await sql<{left: boolean}[]>`
      select left_at is not null as left from visits where uuid = ${uuid}`;
    return row?.left;
  };

  await t.test('is marked by a beacon and by headers, and taken back by any call', async (t) => {
    const server = await startServer(t);
    const visitor = await Visitor.consenting(server.url);

    t.equal((await beacon(server.url, visitor)).status, 204);
    t.equal(await isLeft(server, visitor.uuid), true);
    await visitor.session();
    t.equal(await isLeft(server, visitor.uuid), false);
    t.equal((await visitor.call('POST', '/api/session/leave')).status, 204);
    t.equal(await isLeft(server, visitor.uuid), true);
    t.equal(await stateOf(server, visitor.uuid), 'open', 'unset grace: the idle limit applies');
  });

  await t.test('needs credentials in one of the two places', async (t) => {
    const server = await startServer(t);
    const visitor = await Visitor.consenting(server.url);

    t.equal((await request(server.url, 'POST', '/api/session/leave')).status, 401);
    t.equal((await beacon(server.url, {uuid: visitor.uuid, token: 'x'})).status, 401);
    t.equal((await beacon(server.url, {uuid: v4(), token: visitor.token})).status, 401);
    t.equal(await isLeft(server, visitor.uuid), false);
  });

  await t.test('makes no row of a UUID without one', async (t) => {
    const server = await startServer(t);
    const visitor = await Visitor.arrive(server.url);

    t.equal((await beacon(server.url, visitor)).status, 204);
    t.equal(await stateOf(server, visitor.uuid), undefined);
  });

  await t.test('with no grace removes the files at once', async (t) => {
    const server = await startServer(t, {settings: {LEAVE_GRACE_SECONDS: '0'}});
    const visitor = await Visitor.consenting(server.url);
    await visitor.upload(makePdf());

    await beacon(server.url, visitor);

    await until(async () => (await stateOf(server, visitor.uuid)) === 'gone');
    t.same(await objectsOf(server, visitor.uuid), []);
    t.equal((await visitor.session()).status, 410);
    t.match(await auditOf(server, visitor.uuid, 'visit_abandoned'), [{metadata: {cause: 'left'}}]);
  });

  await t.test('and coming back within the grace keeps them', async (t) => {
    const server = await startServer(t, {settings: {LEAVE_GRACE_SECONDS: '1'}});
    const [back, away] = [
      await Visitor.consenting(server.url),
      await Visitor.consenting(server.url),
    ];
    await back.upload(makePdf());

    await beacon(server.url, back);
    t.equal((await back.session()).status, 200);
    await beacon(server.url, away);

    await until(async () => (await stateOf(server, away.uuid)) === 'gone');
    t.equal(await stateOf(server, back.uuid), 'open');
    t.equal((await back.files()).length, 1);
  });

  await t.test('takes nothing from a session', async (t) => {
    const server = await startServer(t, {settings: {LEAVE_GRACE_SECONDS: '0'}});
    const visitor = await Visitor.consenting(server.url);
    await visitor.upload(makePdf());
    await visitor.contact('kept@example.com');

    t.equal((await beacon(server.url, visitor)).status, 204);

    await server.cleanup.stop();
    t.equal((await visitor.session()).body.state, 'pending');
    t.equal((await visitor.files()).length, 1);
  });
});

void t.test('DELETE /api/session', async (t) => {
  const server = await startServer(t);

  await t.test('discards a visit; a repeat is a success, anything else is gone', async (t) => {
    const visitor = await Visitor.consenting(server.url);
    await visitor.upload(makePdf());

    const first = await visitor.call('DELETE', '/api/session');
    const again = await visitor.call('DELETE', '/api/session');

    t.same([first.status, again.status], [204, 204]);
    await until(async () => (await stateOf(server, visitor.uuid)) === 'gone');
    t.equal((await visitor.call('DELETE', '/api/session')).status, 204);
    t.same(await objectsOf(server, visitor.uuid), []);
    t.equal((await visitor.session()).status, 410);
    t.equal((await visitor.upload(makePdf())).status, 410);
    t.match(await auditOf(server, visitor.uuid, 'session_reset'), [{ip: null}]);
  });

  await t.test('keeps its UUID from ever being used again', async (t) => {
    const visitor = await Visitor.arrive(server.url);
    await visitor.call('DELETE', '/api/session');

    t.equal((await validate(server.url, {uuid: visitor.uuid})).status, 409);
    t.equal((await validate(server.url, {uuid: visitor.uuid}, visitor.token)).status, 410);
  });

  await t.test('a stranger’s token erases nothing', async (t) => {
    const visitor = await Visitor.consenting(server.url);
    const stranger = await Visitor.arrive(server.url);
    const mixed = new Visitor(server.url, visitor.uuid, stranger.token);

    t.equal((await mixed.call('DELETE', '/api/session')).status, 401);
    t.equal(await stateOf(server, visitor.uuid), 'open');
  });

  await t.test('after contact leaves nobody’s name, address or IP in any table', async (t) => {
    const own = await startServer(t, {settings: {TRUST_PROXY: '127.0.0.1'}});
    const ip = '198.51.100.23';
    const {uuid, token} = await Visitor.arrive(own.url);
    const visitor = new (class extends Visitor {
      override get credentials() {
        return {...super.credentials, 'x-forwarded-for': ip};
      }
    })(own.url, uuid, token);
    await visitor.consent({personal_data: true, ai_training: true});
    await visitor.upload(makePdf(), {name: 'Lebenslauf Zwiebelfisch.pdf', key: randomUUID()});
    const {body} = await visitor.upload(makePdf(), {name: 'Zwiebelfisch 2.pdf'});
    await visitor.call('DELETE', `/api/files/${body.file.id}`);
    await visitor.contact('zwiebelfisch@example.com', 'Zora Zwiebelfisch');
    await own.mailbox.waitFor('zwiebelfisch@example.com');
    await visitor.call('PATCH', '/api/session', {json: {email: 'zora.zwiebelfisch@example.org'}});
    t.not((await tracesOf(own, 'zwiebelfisch')).length, 0, 'it was there');
    t.not((await tracesOf(own, ip)).length, 0, 'the address was there');
    const rows = await own.sql`select from audit_logs where user_uuid = ${uuid}`;

    t.equal((await visitor.call('DELETE', '/api/session')).status, 204);

    t.same(await tracesOf(own, 'zwiebelfisch'), []);
    t.same(await tracesOf(own, 'Zora'), []);
    t.same(await tracesOf(own, ip), []);
    await until(async () => (await objectsOf(own, uuid)).length === 0);
    const left = await own.sql`select from audit_logs where user_uuid = ${uuid}`;
    t.ok(left.length > rows.length, 'the trail stays, and says that it was erased');
    t.equal((await auditOf(own, uuid, 'session_erased')).length, 1);
    t.equal((await own.sql`select from consents where session_uuid = ${uuid}`).length, 2);
    t.match(await own.sql`select * from visits where uuid = ${uuid}`, [
      {state: 'erased', site_key: 'demo', furthest_step: null},
    ]);
    t.equal((await visitor.call('DELETE', '/api/session')).status, 204);
    t.equal((await visitor.session()).status, 410);
  });
});

void t.test('GET /api/session tells a returning visitor where things stand', async (t) => {
  const server = await startServer(t);
  const visitor = await Visitor.consenting(server.url);
  await visitor.upload(makePdf(2_000), {name: 'cv.pdf'});
  await visitor.contact('anna@example.com', 'Anna Beispiel');

  const {body} = await visitor.session();

  t.match(body, {
    uuid: visitor.uuid,
    state: 'pending',
    name: 'Anna Beispiel',
    email_masked: 'a•••@example.com',
    pending_email_masked: null,
    consents: [{purpose: 'personal_data', granted: true}],
    files: [{name: 'cv.pdf', size: 2_000}],
    idle_expires_at: null,
  } satisfies Partial<Record<keyof Session, unknown>>);
});

/** Every table's every row that holds a text, whatever the column's type. */
const tracesOf = async ({sql}: TestServer, text: string): Promise<string[]> => {
  const tables = await sql<{name: string}[]>`
    select table_name as name from information_schema.tables
    where table_schema = 'public' and table_type = 'BASE TABLE'`;
  const found: string[] = [];
  for (const {name} of tables) {
    const rows = await sql<{row: string}[]>`
      select t::text as row from ${sql(name)} as t where t::text ilike ${`%${text}%`}`;
    found.push(...rows.map(({row}) => `${name}: ${row}`));
  }
  return found;
};

import {createHash} from 'node:crypto';

import t from 'tap';
import {v4} from 'uuid';

import {makePdf} from './pdf.js';
import {addSite, generateUuid, validateUuid} from './session-helpers.js';
import {startServer} from './start-server.js';
import {Visitor} from './visitor.js';

void t.test('two clients cannot both use one UUID', async (t) => {
  const server = await startServer(t);
  const uuid = v4();
  const [first, second] = await Promise.all(
    [0, 1].map(async () => {
      const {body} = await validateUuid(server.url, {uuid});
      return new Visitor(server.url, uuid, body.token ?? '');
    }),
  );
  if (!first || !second) return;
  t.not(first.token, second.token);
  t.same([(await first.session()).status, (await second.session()).status], [200, 200]);

  const responses = await Promise.all([
    first.consent({personal_data: true}),
    second.consent({personal_data: true}),
  ]);

  t.same(responses.map(({status}) => status).sort(), [200, 401]);
  const [winner, loser] = responses[0].status === 200 ? [first, second] : [second, first];
  t.match((await loser.session()).body, {code: 'token_invalid'});
  t.equal((await loser.upload(makePdf())).status, 401);
  t.equal((await validateUuid(server.url, {uuid}, loser.token)).status, 409);
  t.equal((await winner.upload(makePdf())).status, 201);
  t.equal((await winner.files()).length, 1);
  t.equal((await server.sql`select from consents where session_uuid = ${uuid}`).length, 1);
});

void t.test('a token is valid only for its UUID at its site', async (t) => {
  const server = await startServer(t);
  await addSite(server, 'acme', []);
  const visitor = await Visitor.consenting(server.url);
  const elsewhere = (await validateUuid(server.url, {uuid: v4(), site: 'acme'})).body;

  await t.test('a token of another UUID is refused', async (t) => {
    const stranger = await Visitor.consenting(server.url);
    const mixed = new Visitor(server.url, visitor.uuid, stranger.token);
    t.match((await mixed.session()).body, {status: 'error', code: 'token_invalid'});
  });

  await t.test('a token of the same UUID at another site is refused', async (t) => {
    const uuid = v4();
    const atDemo = (await validateUuid(server.url, {uuid})).body.token ?? '';
    const atAcme = (await validateUuid(server.url, {uuid, site: 'acme'})).body.token ?? '';
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

  await t.test('the database contains the hash, and nowhere the token', async (t) => {
    const [row] = await server.sql`select token_hash from visits where uuid = ${visitor.uuid}`;
    const hash = createHash('sha256').update(visitor.token).digest();
    t.ok(hash.equals(row?.['token_hash'] as Buffer));
  });

  await t.test('an unknown site is reported', async (t) => {
    for (const response of [
      await generateUuid(server.url, {site: 'nobody'}),
      await validateUuid(server.url, {uuid: v4(), site: 'nobody'}),
    ]) {
      t.equal(response.status, 404);
      t.match(response.body, {
        code: 'unknown_site',
        message: /^There is no site with this key/,
        uuid: null,
      });
    }
  });
});

void t.test('credentials are checked before the body', async (t) => {
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

t.test('nothing is stored without credentials and consent', async (t) => {
  const server = await startServer(t);
  const visitor = await Visitor.consenting(server.url);
  await visitor.upload(makePdf());

  await t.test('a file requires consent', async (t) => {
    const stranger = await Visitor.arrive(server.url);

    const before = await stranger.upload(makePdf());
    await stranger.consent({personal_data: false});
    const refused = await stranger.upload(makePdf());

    t.same([before.status, before.body.code], [403, 'consent_required']);
    t.same([refused.status, refused.body.code], [403, 'consent_required']);
    t.same(await stranger.files(), []);
  });

  await t.test('a UUID without a token opens nothing', async (t) => {
    const [file] = await visitor.files();
    const headers = {authorization: '', 'x-session-uuid': visitor.uuid};
    const calls: [string, string][] = [
      ['GET', '/api/session'],
      ['GET', '/api/files'],
      ['GET', `/api/files/download/${file?.id ?? ''}`],
      ['DELETE', `/api/files/${file?.id ?? ''}`],
      ['DELETE', '/api/session'],
      ['POST', '/api/files/upload'],
    ];
    for (const [method, urlPath] of calls) {
      const response = await visitor.call(method, urlPath, {headers});
      t.same(
        [response.status, response.body['code']],
        [401, 'token_required'],
        `${method} ${urlPath}`,
      );
    }
    t.equal((await visitor.files()).length, 1);
  });

  await t.test('a session’s token opens no other session', async (t) => {
    const stranger = await Visitor.consenting(server.url);
    const [file] = await visitor.files();

    const mixed = new Visitor(server.url, visitor.uuid, stranger.token);
    t.same((await mixed.session()).body.code, 'token_invalid');
    const foreign = await stranger.call('GET', `/api/files/download/${file?.id ?? ''}`);
    t.equal(foreign.status, 404);
    t.equal((await stranger.call('DELETE', `/api/files/${file?.id ?? ''}`)).status, 404);
    t.equal((await visitor.files()).length, 1);
  });
});

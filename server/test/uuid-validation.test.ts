import t from 'tap';
import {v1, v4, v7} from 'uuid';

import {getConfirmationLink} from './mailbox.js';
import {makePdf} from './pdf.js';
import {addSite, getAuditRows, getVisitState, validateUuid} from './session-helpers.js';
import {startServer} from './start-server.js';
import type {TestServer} from './start-server.js';
import {until} from './until.js';
import {Visitor} from './visitor.js';

/** Returns a visitor whose e-mail address is confirmed. */
const completed = async (server: TestServer, email: string): Promise<Visitor> => {
  const visitor = await Visitor.consenting(server.url);
  await visitor.contact(email);
  await fetch(getConfirmationLink(await server.mailbox.waitFor(email)), {method: 'POST'});
  return visitor;
};

void t.test('validate-uuid rejects everything but version-4 UUIDs', async (t) => {
  const server = await startServer(t);

  for (const json of [{}, {uuid: ''}, {uuid: null}]) {
    await t.test(`a missing UUID is an error: ${JSON.stringify(json)}`, async (t) => {
      const {status, body} = await validateUuid(server.url, json);

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
      const {status, body} = await validateUuid(server.url, {uuid});

      t.equal(status, 400);
      t.match(body, {status: 'invalid', code: 'invalid_uuid', uuid: null});
    });
  }

  await t.test('each attempt is audited with its outcome, and creates no row', async (t) => {
    const rows = await server.sql<{outcome: string; count: number}[]>`
      select metadata->>'outcome' as outcome, count(*)::int as count from audit_logs
      where event_type = 'uuid_validation_attempt' group by 1`;

    t.same([...rows], [{outcome: 'invalid', count: wrong.length + 3}]);
    t.same([...(await server.sql`select from visits`)], []);
  });
});

void t.test('validate-uuid responds according to the state of the UUID', async (t) => {
  const server = await startServer(t);

  await t.test('an unknown UUID is claimed with a token, in lower case', async (t) => {
    const uuid = v4();

    const {status, body} = await validateUuid(server.url, {uuid: uuid.toUpperCase()});

    t.equal(status, 200);
    t.match(body, {status: 'success', uuid});
    t.equal(body.session, undefined);
    const visitor = new Visitor(server.url, uuid, body.token ?? '');
    t.equal((await visitor.consent({personal_data: true})).status, 200);
    t.equal(await getVisitState(server, uuid), 'open');
  });

  await t.test('two tabs that begin with one UUID get the same token', async (t) => {
    const first = await Visitor.arrive(server.url);
    const {body} = await validateUuid(server.url, {uuid: first.uuid}, first.token);
    t.equal(body.token, first.token);
    const second = new Visitor(server.url, first.uuid, body.token ?? '');

    t.equal((await first.consent({personal_data: true})).status, 200);
    t.equal((await second.session()).status, 200);
    const {body: claimed} = await validateUuid(server.url, {uuid: v4()}, first.token);
    t.not(claimed.token, first.token, 'the token of another UUID is not valid');
  });

  const removing = async () => {
    const visitor = await Visitor.consenting(server.url);
    await server.sql`update visits set state = 'purging' where uuid = ${visitor.uuid}`;
    return visitor;
  };
  const gone = async () => {
    const visitor = await Visitor.consenting(server.url);
    await visitor.call('DELETE', '/api/session');
    await until(async () => (await getVisitState(server, visitor.uuid)) === 'gone');
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
  await t.test('a token of another site is not valid for this one', async (t) => {
    await addSite(server, 'acme', ['https://www.acme.example']);
    const visitor = await Visitor.consenting(server.url);
    const {uuid, token} = visitor;

    const {status, body} = await validateUuid(server.url, {uuid, site: 'acme'}, token);

    t.equal(status, 409);
    t.match(body, {status: 'collision', code: 'uuid_collision', uuid: null});
    t.equal(body.session, undefined);
    t.equal((await validateUuid(server.url, {uuid, site: 'demo'}, token)).status, 200);
  });

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
    await t.test(`${state}: only the right token is accepted`, async (t) => {
      await server.sql`delete from mail_counts`;
      const visitor = await make();
      const {uuid} = visitor;
      const stranger = (await validateUuid(server.url, {uuid: v4()})).body.token ?? '';

      for (const token of [
        undefined,
        'rubbish',
        `${'a'.repeat(43)}.demo.${'b'.repeat(43)}`,
        stranger,
      ]) {
        const {status, body} = await validateUuid(server.url, {uuid}, token);
        t.equal(status, 409, `${String(token).slice(0, 8)} is refused`);
        t.match(body, {status: 'collision', code: 'uuid_collision', uuid: null});
        t.notOk('session' in body || 'token' in body);
      }
      const right = await validateUuid(server.url, {uuid: uuid.toUpperCase()}, visitor.token);
      t.equal(right.status, whenRight);
      if (whenRight === 200) {
        t.match(right.body, {status: 'success', uuid, session: {uuid, state}});
        t.equal(right.body.token, undefined);
        t.equal((await getAuditRows(server, uuid, 'session_resumed')).length, 1);
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

import t from 'tap';
import {v4} from 'uuid';

import {makePdf} from './pdf.js';
import {addSite, getAuditRows, listSessionKeys, getVisitState} from './session-helpers.js';
import {startServer} from './start-server.js';
import type {TestServer} from './start-server.js';
import {until} from './until.js';
import {Visitor, request} from './visitor.js';

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

  await t.test(
    'is marked by a beacon or by headers, and revoked by any other request',
    async (t) => {
      const server = await startServer(t);
      const visitor = await Visitor.consenting(server.url);

      t.equal((await beacon(server.url, visitor)).status, 204);
      t.equal(await isLeft(server, visitor.uuid), true);
      await visitor.session();
      t.equal(await isLeft(server, visitor.uuid), false);
      t.equal((await visitor.call('POST', '/api/session/leave')).status, 204);
      t.equal(await isLeft(server, visitor.uuid), true);
      t.equal(
        await getVisitState(server, visitor.uuid),
        'open',
        'unset grace: the idle limit applies',
      );
    },
  );

  await t.test('requires credentials in the body or in the headers', async (t) => {
    const server = await startServer(t);
    const visitor = await Visitor.consenting(server.url);

    t.equal((await request(server.url, 'POST', '/api/session/leave')).status, 401);
    t.equal((await beacon(server.url, {uuid: visitor.uuid, token: 'x'})).status, 401);
    t.equal((await beacon(server.url, {uuid: v4(), token: visitor.token})).status, 401);
    t.equal(await isLeft(server, visitor.uuid), false);
  });

  await t.test('is accepted from a page that hides its origin', async (t) => {
    const server = await startServer(t);
    await addSite(server, 'acme', ['https://www.acme.example']);
    const {uuid, token} = await Visitor.arrive(server.url, 'acme');
    const visitor = new Visitor(server.url, uuid, token);
    await visitor.consent({personal_data: true});
    const beaconFrom = (origin: string) =>
      request(server.url, 'POST', '/api/session/leave', {
        headers: {'content-type': 'text/plain;charset=UTF-8', origin},
        body: JSON.stringify({uuid, token}),
      });

    t.equal((await beaconFrom('https://evil.example')).status, 403);
    t.equal((await beaconFrom('any')).status, 403);
    const headers = {origin: 'null'};
    t.equal((await visitor.call('POST', '/api/session/leave', {headers})).status, 403);
    t.equal(await isLeft(server, uuid), false);
    t.equal((await beaconFrom('null')).status, 204);
    t.equal(await isLeft(server, uuid), true);
  });

  await t.test('creates no row for a UUID without a row', async (t) => {
    const server = await startServer(t);
    const visitor = await Visitor.arrive(server.url);

    t.equal((await beacon(server.url, visitor)).status, 204);
    t.equal(await getVisitState(server, visitor.uuid), undefined);
  });

  await t.test('without grace period deletes the files immediately', async (t) => {
    const server = await startServer(t, {settings: {LEAVE_GRACE_SECONDS: '0'}});
    const visitor = await Visitor.consenting(server.url);
    await visitor.upload(makePdf());

    await beacon(server.url, visitor);

    await until(async () => (await getVisitState(server, visitor.uuid)) === 'gone');
    t.same(await listSessionKeys(server, visitor.uuid), []);
    t.equal((await visitor.session()).status, 410);
    t.match(await getAuditRows(server, visitor.uuid, 'visit_abandoned'), [
      {metadata: {cause: 'left'}},
    ]);
  });

  await t.test('with a return within the grace period keeps them', async (t) => {
    const server = await startServer(t, {settings: {LEAVE_GRACE_SECONDS: '3'}});
    const [back, away] = [
      await Visitor.consenting(server.url),
      await Visitor.consenting(server.url),
    ];
    await back.upload(makePdf());

    await beacon(server.url, back);
    t.equal((await back.session()).status, 200);
    await beacon(server.url, away);

    await until(async () => (await getVisitState(server, away.uuid)) === 'gone');
    t.equal(await getVisitState(server, back.uuid), 'open');
    t.equal((await back.files()).length, 1);
  });

  await t.test('deletes nothing of a session', async (t) => {
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

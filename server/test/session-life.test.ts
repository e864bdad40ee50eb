import {randomUUID} from 'node:crypto';
import path from 'node:path';

import t from 'tap';

import {Reaper} from '../cleanup/reaper.js';
import {stopGracefully} from '../graceful-stop.js';
import {eraseCommand} from '../privacy/erase-command.js';
import {exportCommand} from '../privacy/export-command.js';
import {siteCommand} from '../accounts/site-command.js';
import {saveSite} from '../sites/store.js';
import {getConfirmationLink} from './mailbox.js';
import {callSuccessfully} from './retry-while-busy.js';
import {makePdf} from './pdf.js';
import {writeMessage} from './responder-helpers.js';
import {runCommand} from './run-command.js';
import {validateUuid} from './session-helpers.js';
import {startServer} from './start-server.js';
import type {TestServer} from './start-server.js';
import {until} from './until.js';
import {Visitor} from './visitor.js';

const counted = async ({sql}: TestServer, counter: string): Promise<number> => {
  const [row] = await sql<{count: number}[]>`
    select coalesce(sum(count), 0)::int as count from funnel_daily where counter = ${counter}`;
  return row?.count ?? 0;
};

const confirmed = async (server: TestServer, email: string): Promise<Visitor> => {
  const visitor = await Visitor.consenting(server.url);
  await callSuccessfully(() => visitor.contact(email));
  await fetch(getConfirmationLink(await server.mailbox.waitFor(email)), {method: 'POST'});
  return visitor;
};

t.test('the funnel', async (t) => {
  await t.test('counts a panel once, whether server or client creates the UUID', async (t) => {
    const server = await startServer(t);
    const visitor = await Visitor.arrive(server.url);
    const own = randomUUID();
    const {body} = await validateUuid(server.url, {uuid: own});
    await validateUuid(server.url, {uuid: own}, body.token);
    await visitor.consent({personal_data: true});
    await validateUuid(server.url, {uuid: visitor.uuid}, visitor.token);
    await validateUuid(server.url, {uuid: visitor.uuid});
    await validateUuid(server.url, {uuid: 'no-uuid'});

    await until(async () => (await counted(server, 'opened')) > 0);
    t.equal(await counted(server, 'opened'), 2);
  });

  await t.test('counts a start at the first step, and a question before it once', async (t) => {
    const server = await startServer(t);
    const counts = async () => [await counted(server, 'asked'), await counted(server, 'started')];
    const reach = (visitor: Visitor, step: string) =>
      visitor.call('POST', '/api/session/progress', {json: {step}});
    const asking = await Visitor.consenting(server.url);
    t.same(await counts(), [0, 0], 'a consent is no start');
    await writeMessage(asking, 'When are you open?');
    await writeMessage(asking, 'And on Sundays?');
    t.same(await counts(), [1, 0]);
    await asking.consent({personal_data: false});
    await asking.consent({personal_data: true});
    await writeMessage(asking, 'And on holidays?');
    t.same(await counts(), [1, 0], 'also if the messages were deleted');

    await reach(asking, 'name');
    await reach(asking, 'files');
    t.same(await counts(), [1, 1], 'who starts later counts in both');

    const starting = await Visitor.consenting(server.url);
    await reach(starting, 'name');
    await writeMessage(starting, 'What do you need?');
    t.same(await counts(), [1, 2], 'a question after the start is not counted');

    const leaving = await Visitor.consenting(server.url);
    const json = {client_id: 'same', body: 'Hello?'};
    await leaving.call('POST', '/api/messages', {json});
    await leaving.call('POST', '/api/messages', {json});
    await leaving.contact('zora@example.com');
    t.same(await counts(), [2, 2], 'an early e-mail address is no start');
    await reach(leaving, 'files');
    t.same(await counts(), [2, 3]);
  });

  await t.test('includes panels opened in the second before a server stops', async (t) => {
    const server = await startServer(t);
    const stopping = await startServer(t, {beside: server});
    await Visitor.arrive(stopping.url);
    await stopGracefully(stopping, {noticeMs: 0, requestsMs: 10_000});

    t.equal(await counted(server, 'opened'), 1);
  });

  await t.test('does not count a visit as abandoned if it never started', async (t) => {
    const server = await startServer(t);
    const idle = await Visitor.arrive(server.url);
    t.equal((await idle.call('DELETE', '/api/session')).status, 204);
    t.equal((await idle.call('DELETE', '/api/session')).status, 204);

    t.equal(await counted(server, 'abandoned'), 0);
    t.equal(
      (await validateUuid(server.url, {uuid: idle.uuid})).status,
      409,
      'the UUID is out of use',
    );

    const discard = async (visitor: Visitor) => {
      await visitor.call('DELETE', '/api/session');
      return counted(server, 'abandoned');
    };
    const expire = async ({uuid}: Visitor) => {
      await server.sql`
        update visits set last_seen_at = now() - interval '31 minutes' where uuid = ${uuid}`;
    };
    const asking = async () => {
      const visitor = await Visitor.consenting(server.url);
      await writeMessage(visitor, 'When are you open?');
      return visitor;
    };
    const starting = async () => {
      const visitor = await asking();
      await visitor.call('POST', '/api/session/progress', {json: {step: 'name'}});
      return visitor;
    };
    t.equal(await discard(await asking()), 0);
    t.equal(await discard(await starting()), 1);

    for (const visitor of [await asking(), await starting()]) {
      await expire(visitor);
      t.equal((await visitor.session()).status, 410);
    }
    t.equal(await counted(server, 'abandoned'), 2, 'ended by a call');

    for (const visitor of [await asking(), await starting()]) await expire(visitor);
    await new Reaper({...server, log: server.app.log}).run();
    t.equal(await counted(server, 'abandoned'), 3, 'ended by the reaper');
  });
});

t.test('a visitor of a site that was removed', async (t) => {
  const server = await startServer(t);
  const origins = {allowedOrigins: ['https://a.example'], notifyEmail: null, settings: {}};
  await saveSite(server.sql, {key: 'closing', name: 'Closing', ...origins});
  const visitor = await Visitor.arrive(server.url, 'closing');
  await visitor.consent({personal_data: true});
  await runCommand(server, siteCommand, 'remove', 'closing', '--force');
  // Another replica, which has not cached the site.
  const beside = await startServer(t, {beside: server});
  const late = visitor.at(beside.url);

  await t.test('gets the error for an unknown site, not for a wrong token', async (t) => {
    for (const response of [
      await late.session(),
      await late.consent({ai_training: true}),
      await late.call('DELETE', '/api/session'),
      await validateUuid(beside.url, {uuid: late.uuid, site: 'closing'}, late.token),
    ]) {
      t.match([response.status, response.body], [404, {status: 'error', code: 'unknown_site'}]);
    }
  });

  await t.test('has a UUID that is in use at every other site', async (t) => {
    const {status, body} = await validateUuid(
      beside.url,
      {uuid: late.uuid, site: 'demo'},
      late.token,
    );
    t.match([status, body], [409, {status: 'collision'}]);
  });
});

t.test('a settled link is deleted a month later', async (t) => {
  const server = await startServer(t);
  const {sql, app} = server;
  const complete = await confirmed(server, 'complete@example.com');
  const used = getConfirmationLink(await server.mailbox.waitFor('complete@example.com'));
  const waiting = await Visitor.consenting(server.url);
  await waiting.contact('typo@example.com');
  await waiting.call('PATCH', '/api/session', {json: {email: 'right@example.com'}});
  const open = await Visitor.consenting(server.url);
  await open.contact('open@example.com');
  const age = (days: number, uuids: string[]) =>
    sql`update email_verifications set expires_at = now() - ${`${days} days`}::interval
        where session_uuid = any(${uuids}::uuid[])`;
  const getAddresses = async () => {
    const rows = await sql<{address: string}[]>`
      select address from email_verifications order by address`;
    return rows.map(({address}) => address);
  };
  const reaper = new Reaper({...server, log: app.log});

  await age(29, [complete.uuid, waiting.uuid]);
  await reaper.run();
  t.equal((await getAddresses()).length, 4);
  t.match(await (await fetch(used)).text(), /already/i);

  await age(31, [complete.uuid, waiting.uuid]);
  await reaper.run();
  t.same(await getAddresses(), ['open@example.com', 'right@example.com']);
  t.equal((await fetch(used)).status, 404);
  const {body} = await waiting.session();
  t.match(body, {state: 'pending', pending_email_masked: 'r•••@example.com'});
});

t.test('an e-mail address that waits for its confirmation', async (t) => {
  const server = await startServer(t);
  const visitor = await confirmed(server, 'old@example.com');
  const change = (email: string) => visitor.call('PATCH', '/api/session', {json: {email}});
  const find = (email: string) => runCommand(server, eraseCommand, '--email', email);
  const linksAlone = new RegExp(`^(?!.*${visitor.uuid}).*1 confirmation link\\b`, 's');
  await change('passing@example.com');
  await change('New@example.com');

  await t.test('finds its session, and so does the old e-mail address', async (t) => {
    t.match(await find('new@example.com'), visitor.uuid);
    t.match(await find('old@example.com'), visitor.uuid);
    const out = path.join(server.dataDir, 'new.zip');
    t.match(
      await runCommand(server, exportCommand, '--email', 'new@example.com', '--out', out),
      /1 session/,
    );
  });

  await t.test('finds only links after it was replaced or withdrawn', async (t) => {
    t.match(await find('passing@example.com'), linksAlone);
    await change('old@example.com');
    t.match(await find('new@example.com'), linksAlone);
  });
});

t.test('refusing storage deletes the names of files too', async (t) => {
  const server = await startServer(t);
  const visitor = await Visitor.consenting(server.url);
  await visitor.upload(makePdf(), {name: 'Anna Beispiel.pdf'});
  const {body} = await visitor.upload(makePdf(), {name: 'Anna, old.pdf'});
  await visitor.call('DELETE', `/api/files/${body.file.id}`);

  await visitor.consent({personal_data: false});
  const rows = await server.sql<{name: string}[]>`
    select file_name as name from file_uploads where session_uuid = ${visitor.uuid}`;
  t.same(
    rows.map(({name}) => name),
    ['erased.pdf', 'erased.pdf'],
  );
});

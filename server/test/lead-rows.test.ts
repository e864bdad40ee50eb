import t from 'tap';

import {Reaper} from '../cleanup/reaper.js';
import {applyRetention} from '../cleanup/retention.js';
import {eraseCommand} from '../privacy/erase-command.js';
import {confirm, createLead, writeMessage} from './lead-helpers.js';
import {OwnerClient} from './owner-client.js';
import {makePdf} from './pdf.js';
import {callSuccessfully} from './retry-while-busy.js';
import {runCommand} from './run-command.js';
import {startServer} from './start-server.js';

t.test('a lead begins with an e-mail address or a message', async (t) => {
  const server = await startServer(t);
  const getRow = async (uuid: string) => {
    const [row] = await server.sql<
      {state: string; view: string; status: string; last_activity_at: Date}[]
    >`
      select state, view, status, last_activity_at from leads where session_uuid = ${uuid}`;
    return row;
  };
  const getActivity = async (uuid: string) => (await getRow(uuid))?.last_activity_at.getTime() ?? 0;
  /** Moves the last activity to the past, so that a newer one differs. */
  const age = async (uuid: string) => {
    await server.sql`
      update leads set last_activity_at = now() - interval '1 hour', status = 'done', done_at = now()
      where session_uuid = ${uuid}`;
    return getActivity(uuid);
  };

  const visitor = await createLead(server, {fileName: 'a.pdf'});
  const {uuid} = visitor;
  t.equal(await getRow(uuid), undefined, 'files alone are no lead');

  await writeMessage(visitor, 'Hello');
  t.match(await getRow(uuid), {state: 'visit', view: 'open', status: 'open'});
  let before = await age(uuid);
  t.match(await getRow(uuid), {view: 'done'});

  await callSuccessfully(() => visitor.contact('anna@example.com'));
  t.match(await getRow(uuid), {state: 'pending', view: 'unconfirmed', status: 'open'});
  t.ok((await getActivity(uuid)) > before);
  before = await age(uuid);

  await confirm(server, 'anna@example.com');
  t.match(await getRow(uuid), {state: 'complete', view: 'open', status: 'open'});
  t.ok((await getActivity(uuid)) > before);
  before = await age(uuid);

  await callSuccessfully(() => visitor.upload(makePdf(), {name: 'b.pdf', key: 'b'}));
  t.match(await getRow(uuid), {status: 'open'});
  t.ok((await getActivity(uuid)) > before);
  before = await age(uuid);

  await writeMessage(visitor, 'Once more');
  t.match(await getRow(uuid), {status: 'open'});
  t.ok((await getActivity(uuid)) > before);
});

t.test('a lead ends with its session', async (t) => {
  const server = await startServer(t);
  const isLead = async (uuid: string) =>
    (await server.sql`select from leads where session_uuid = ${uuid}`).length > 0;
  const create = async (email?: string) => {
    const visitor = await createLead(server, {message: 'Hello', ...(email && {email})});
    t.ok(await isLead(visitor.uuid));
    return visitor;
  };

  const discarded = await create();
  await callSuccessfully(() => discarded.call('DELETE', '/api/session'));
  t.notOk(await isLead(discarded.uuid), 'discarded');

  const withdrawn = await create();
  await callSuccessfully(() => withdrawn.consent({personal_data: false}));
  t.notOk(await isLead(withdrawn.uuid), 'without consent its messages are deleted');

  const erased = await create('erased@example.com');
  await runCommand(server, eraseCommand, '--uuid', erased.uuid, '--yes');
  t.notOk(await isLead(erased.uuid), 'erased by a command');

  const abandoned = await create();
  await server.sql`
    update visits set last_seen_at = now() - interval '1 year' where uuid = ${abandoned.uuid}`;
  await new Reaper({...server, log: server.app.log}).run();
  t.notOk(await isLead(abandoned.uuid), 'abandoned');

  const archived = await create('archived@example.com');
  await server.sql`
    update user_sessions set created_at = now() - interval '1 year' where uuid = ${archived.uuid}`;
  await applyRetention(server.sql, server.config.retention);
  t.notOk(await isLead(archived.uuid), 'archived');
});

t.test('an erasure by an older server, which leaves the row, ends the lead', async (t) => {
  const server = await startServer(t);
  const {sql} = server;
  const owner = await OwnerClient.create(server);
  const erased = await createLead(server, {email: 'erased@example.com', message: 'Hello'});
  const rows = await sql<{view: string}[]>`select * from leads`;
  await runCommand(server, eraseCommand, '--uuid', erased.uuid, '--yes');
  await sql`insert into leads ${sql(rows.map(({view: _, ...row}) => row))}`;

  t.match(await owner.call('GET', `/api/owner/leads/${erased.uuid}`), {
    status: 410,
    body: {code: 'erased', erasure: {by: 'operator'}},
  });
});

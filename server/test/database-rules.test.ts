import {createHash, randomUUID} from 'node:crypto';

import type postgres from 'postgres';
import t from 'tap';
import type {Test} from 'tap';

import {addVisit, openMigratedDatabase} from './migrated-database.js';

void t.test('rules that the database enforces', async (t) => {
  const sql = await openMigratedDatabase(t);
  const refuses = async (
    t: Test,
    what: string,
    code: string,
    statement: (uuid: string) => postgres.PendingQuery<postgres.Row[]>,
  ) => {
    await t.test(what, async (t) => {
      const uuid = await addVisit(sql);
      await t.rejects(statement(uuid).execute(), {code});
    });
  };
  const CHECK = '23514';
  const UNIQUE = '23505';
  const FOREIGN = '23503';
  const hash = createHash('sha256').update('x').digest();

  const addFile = (uuid: string, values: object) =>
    sql`insert into file_uploads ${sql({
      id: randomUUID(),
      session_uuid: uuid,
      file_name: 'a.pdf',
      s3_key: `uploads/${randomUUID()}`,
      slot: 1,
      leased_until: new Date(),
      ...values,
    })}`;
  const stored = {
    state: 'stored',
    file_size: 5,
    sha256: hash,
    uploaded_at: new Date(),
    leased_until: null,
  };

  await t.test('a complete stored file is accepted', async (t) => {
    const uuid = await addVisit(sql);
    for (const slot of [1, 2, 3]) await addFile(uuid, {...stored, slot});
    t.equal((await sql`select from file_uploads where session_uuid = ${uuid}`).length, 3);
    await t.rejects(addFile(uuid, {...stored, slot: 3}).execute(), {code: UNIQUE}, 'no slot twice');
    await sql`
      update file_uploads set state = 'deleting', slot = null
      where session_uuid = ${uuid} and slot = 3`;
    await addFile(uuid, {slot: 3});
    t.pass('a freed slot can be used again');
  });
  for (const missing of ['sha256', 'file_size', 'uploaded_at', 'slot']) {
    await refuses(t, `stored without ${missing}`, CHECK, (uuid) =>
      addFile(uuid, {...stored, [missing]: null}),
    );
  }
  await refuses(t, 'a hash of the wrong length', CHECK, (uuid) =>
    addFile(uuid, {...stored, sha256: hash.subarray(1)}),
  );
  await refuses(t, 'a stored file of no bytes', CHECK, (uuid) =>
    addFile(uuid, {...stored, file_size: 0}),
  );
  await refuses(t, 'an upload without a lease', CHECK, (uuid) =>
    addFile(uuid, {leased_until: null}),
  );
  await refuses(t, 'a deletion without its time', CHECK, (uuid) =>
    addFile(uuid, {state: 'deleting', is_deleted: true}),
  );
  await refuses(t, 'a deleted file that is still stored', CHECK, (uuid) =>
    addFile(uuid, {...stored, is_deleted: true, deleted_at: new Date()}),
  );
  await refuses(t, 'a file of no visit', FOREIGN, () => addFile(randomUUID(), {}));

  const addSession = (uuid: string, values: object = {}) =>
    sql`insert into user_sessions ${sql({
      uuid,
      site_key: 'demo',
      name: 'Anna',
      email: 'anna@example.com',
      consent_personal_data: true,
      ...values,
    })}`;
  await refuses(t, 'a session without consent', CHECK, (uuid) =>
    addSession(uuid, {consent_personal_data: false}),
  );
  await refuses(t, 'a verified session without its time', CHECK, (uuid) =>
    addSession(uuid, {verified: true}),
  );
  await refuses(t, 'a time without verification', CHECK, (uuid) =>
    addSession(uuid, {completed_at: new Date()}),
  );
  await refuses(t, 'a session without an address', CHECK, (uuid) => addSession(uuid, {email: ''}));
  await refuses(t, 'a session without a visit', FOREIGN, () => addSession(randomUUID()));
  await t.test('a second session of one UUID', async (t) => {
    const uuid = await addVisit(sql);
    await addSession(uuid);
    await t.rejects(addSession(uuid).execute(), {code: UNIQUE});
  });

  const addAnswer = (uuid: string, values: object = {}) =>
    sql`insert into session_answers ${sql({
      session_uuid: uuid,
      field: 'town',
      kind: 'text',
      question: 'Where?',
      value: '1',
      label: '1',
      position: 0,
      ...values,
    })}`;
  await t.test('a second answer to one question', async (t) => {
    const uuid = await addVisit(sql);
    await addAnswer(uuid);
    await addAnswer(uuid, {field: 'years', kind: null});
    await t.rejects(addAnswer(uuid).execute(), {code: UNIQUE});
  });
  await refuses(t, 'an answer of no visit', FOREIGN, () => addAnswer(randomUUID()));
  await refuses(t, 'an answer of an unknown kind', CHECK, (uuid) =>
    addAnswer(uuid, {kind: 'colour'}),
  );
  await refuses(t, 'an answer without a proper field', CHECK, (uuid) =>
    addAnswer(uuid, {field: 'Town'}),
  );

  const addLink = (uuid: string, values: object = {}) =>
    sql`insert into email_verifications ${sql({
      id: randomUUID(),
      key_id: 'k',
      session_uuid: uuid,
      address: 'anna@example.com',
      expires_at: new Date(),
      ...values,
    })}`;
  await t.test('a second open link, but any number of used and void links', async (t) => {
    const uuid = await addVisit(sql);
    await addLink(uuid);
    await addLink(uuid, {used_at: new Date()});
    await addLink(uuid, {voided_at: new Date()});
    await t.rejects(addLink(uuid).execute(), {code: UNIQUE});
  });
  await refuses(t, 'a link both used and void', CHECK, (uuid) =>
    addLink(uuid, {used_at: new Date(), voided_at: new Date()}),
  );

  await refuses(
    t,
    'a visit of an unknown state',
    CHECK,
    (uuid) => sql`update visits set state = 'lost' where uuid = ${uuid}`,
  );
  await refuses(
    t,
    'a visit whose token’s hash is none',
    CHECK,
    (uuid) => sql`update visits set token_hash = 'abc' where uuid = ${uuid}`,
  );
  await refuses(
    t,
    'a second message of one client id',
    UNIQUE,
    (uuid) => sql`
      insert into messages (session_uuid, client_id, role, body)
      values (${uuid}, 'c', 'visitor', 'a'), (${uuid}, 'c', 'visitor', 'b')`,
  );
});

void t.test('rules about accounts that the database enforces', async (t) => {
  const sql = await openMigratedDatabase(t);
  await addVisit(sql);
  const CHECK = '23514';
  const hash = createHash('sha256').update('x').digest();
  const id = randomUUID();
  const addAccount = (values: object) =>
    sql`insert into accounts ${sql({id: randomUUID(), ...values})}`;
  await addAccount({id, email: 'Olga@example.com'});
  const addSession = (values: object) => sql`
    insert into account_sessions ${sql({
      ...{id: randomUUID(), account_id: id, secret_hash: hash, ends_at: new Date()},
      ...values,
    })}`;
  const addLink = (values: object) => sql`
    insert into sign_in_links ${sql({
      ...{id: randomUUID(), key_id: 'k', purpose: 'sign_in', expires_at: new Date()},
      ...values,
    })}`;
  const now = new Date();
  const refused: [string, string, () => postgres.PendingQuery<postgres.Row[]>][] = [
    [
      'a second account of an e-mail address',
      '23505',
      () => addAccount({email: 'olga@EXAMPLE.com'}),
    ],
    ['an account without an e-mail address', CHECK, () => addAccount({})],
    [
      'a removed account with an e-mail address',
      CHECK,
      () => addAccount({email: 'ben@example.com', removed_at: now}),
    ],
    ['an unknown role', CHECK, () => sql`insert into memberships values (${id}, 'demo', 'boss')`],
    ['a role at no site', '23503', () => sql`insert into memberships values (${id}, 'x', 'owner')`],
    ['a session whose hash is none', CHECK, () => addSession({secret_hash: hash.subarray(1)})],
    ['a link both used and void', CHECK, () => addLink({used_at: now, voided_at: now})],
    ['a link of an unknown purpose', CHECK, () => addLink({purpose: 'other'})],
    ['an invitation without an account', CHECK, () => addLink({purpose: 'invitation'})],
    ['a report without a session', CHECK, () => addLink({purpose: 'not_me', account_id: id})],
    ['a sign-in link that creates an account', CHECK, () => addLink({email: 'eve@example.com'})],
  ];
  for (const [what, code, statement] of refused)
    await t.rejects(statement().execute(), {code}, what);
  await addAccount({removed_at: now});
  await addAccount({removed_at: now});
  await addSession({});
  await t.rejects(addSession({}).execute(), {code: '23505'}, 'a second session of one cookie');
});

void t.test('a look-up by UUID reads one index', async (t) => {
  const sql = await openMigratedDatabase(t);
  const uuid = await addVisit(sql);
  await sql`set enable_seqscan = off`;

  for (const table of ['visits', 'user_sessions']) {
    const plan = await sql`explain select * from ${sql(table)} where uuid = ${uuid}`;
    t.match(plan[0]?.['QUERY PLAN'], /^Index Scan using/, table);
  }
});

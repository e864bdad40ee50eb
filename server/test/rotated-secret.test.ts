import t from 'tap';

import {createPendingContact, confirmLink} from './contact-helpers.js';
import {reportReplacedSecret} from '../alerts/replaced-secret.js';
import {createSecretKey} from '../config/secrets.js';
import type {People} from '../contract/owner-people.js';
import {getAlertCauses} from './cleanup-helpers.js';
import {OwnerClient} from './owner-client.js';
import {callSuccessfully, retryWhileBusy} from './retry-while-busy.js';
import {runDoctor} from './run-doctor.js';
import {startProcessBeside} from './server-process.js';
import {startServer} from './start-server.js';
import {until} from './until.js';
import {Visitor} from './visitor.js';

void t.test('a rotated secret key', async (t) => {
  const [old, fresh] = ['o'.repeat(40), 'f'.repeat(40)];
  const server = await startServer(t, {settings: {SECRET_KEY: old}});
  const {visitor, link} = await createPendingContact(server, 'rotated@example.com');
  const rotated = await startServer(t, {
    beside: server,
    settings: {SECRET_KEY: `${fresh},${old}`},
  });
  const dropped = await startServer(t, {beside: server, settings: {SECRET_KEY: fresh}});
  const path = new URL(link).pathname;

  await t.test('still verifies old tokens and links', async (t) => {
    await callSuccessfully(() => visitor.at(rotated.url).session());
    t.equal((await retryWhileBusy(() => confirmLink(`${rotated.url}${path}`))).status, 200);
    const {body} = await callSuccessfully(() => visitor.session());
    t.equal(body.state, 'complete');
  });

  await t.test('signs new tokens and links with the first key', async (t) => {
    const young = await Visitor.consenting(rotated.url);
    await callSuccessfully(() => young.at(dropped.url).session());
    t.equal((await retryWhileBusy(() => young.at(server.url).session())).status, 401);
  });

  await t.test('lists people with invitations that no longer work', async (t) => {
    const owner = await OwnerClient.create(server);
    const people = '/api/owner/sites/demo/people';
    const json = {email: 'invited@example.com', role: 'agent'};
    t.equal((await owner.call('POST', people, {json})).status, 201);

    const {status, body} = await owner.at(dropped.url).call<People>('GET', people);
    t.equal(status, 200);
    t.match(body.people.at(-1), {email: json.email, invitation: {url: null}});
  });

  await t.test('verifies nothing once it is removed', async (t) => {
    t.equal((await retryWhileBusy(() => visitor.at(dropped.url).session())).status, 401);
    t.equal((await fetch(`${dropped.url}${path}`)).status, 404);
  });
});

void t.test('a start with another key', async (t) => {
  const [old, fresh, third] = ['o', 'f', 't'].map((letter) => letter.repeat(40)) as [
    string,
    string,
    string,
  ];
  const server = await startServer(t, {settings: {SECRET_KEY: old}});
  const read = (keys: string) => {
    const [first = '', ...others] = keys.split(',');
    return {secrets: [createSecretKey(first), ...others.map(createSecretKey)] as const};
  };
  const start = (keys: string) =>
    reportReplacedSecret({sql: server.sql, config: read(keys), log: server.app.log});
  const isReported = async () => (await getAlertCauses(server)).includes('secret_replaced');
  const warns = async (keys: string) => {
    const {findingsAt} = await runDoctor(server, read(keys));
    return findingsAt('warn').includes('database secret');
  };

  await t.test('is not reported on a new database, and during a rotation', async (t) => {
    for (const keys of [old, old, `${old},${fresh}`, `${fresh},${old}`, `${old},${fresh}`]) {
      t.notOk(await warns(keys), keys);
      await start(keys);
      t.notOk(await isReported(), keys);
    }
  });

  await t.test('is reported by an e-mail, and by maria doctor before', async (t) => {
    t.ok(await warns(fresh));

    await startProcessBeside(t, server, {SECRET_KEY: fresh, ADMIN_EMAIL: 'operator@example.com'});
    await until(isReported);

    const mail = await server.mailbox.waitFor('operator@example.com');
    t.match(mail.subject, /The secret was replaced/);
    t.match(mail.text, /with a key that is not in SECRET_KEY/);
    t.notMatch(mail.text, /oooo|ffff/, 'no part of a key');
  });

  await t.test('is reported once, and stores no key', async (t) => {
    await server.sql`delete from alerts`;
    await start(fresh);
    t.notOk(await isReported());
    await start(third);
    t.ok(await isReported());

    const rows = await server.sql<{row: string}[]>`select t::text as row from tasks t`;
    t.notMatch(rows.map(({row}) => row).join(' '), /oooo|ffff|tttt/);
  });
});

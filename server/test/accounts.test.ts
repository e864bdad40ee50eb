import {randomUUID} from 'node:crypto';

import {accountCommand} from '../accounts/command.js';
import {inviteAccount} from '../accounts/invitations.js';
import type {Invitation, NewInvitation} from '../accounts/invitations.js';
import {SignInLinks} from '../accounts/links.js';
import {siteCommand} from '../accounts/site-command.js';
import {removeMember, setRole} from '../accounts/memberships.js';
import type {ConsoleSettings} from '../config/console.js';
import {deriveKey} from '../config/secrets.js';
import type {Account, OpenLink, Role} from '../contract/owner.js';
import {transaction} from '../database/transaction.js';
import {LastOwner} from '../errors.js';
import {listMembers} from '../owner/people-store.js';
import t from 'tap';

import {OwnerClient} from './owner-client.js';
import {runCommand} from './run-command.js';
import {callSignIn, readToken, signInWith} from './sign-in-helpers.js';
import {startServer} from './start-server.js';
import type {TestServer} from './start-server.js';

const ACCOUNT = '/api/owner/account';
const getStatus = async (client: OwnerClient) => (await client.call('GET', ACCOUNT)).status;
const getSites = async (client: OwnerClient) =>
  (await client.call<Account>('GET', ACCOUNT)).body.sites.map(({key, role}) => `${key}:${role}`);
const maria = (server: TestServer, ...args: string[]) =>
  runCommand(server, accountCommand, ...args);

/** Invites as the console does, and returns the invitation with the tokens of e-mail and copy. */
const invite = async (
  {sql, config}: TestServer,
  given: Pick<NewInvitation, 'email' | 'siteKey' | 'role'>,
): Promise<Invitation & {token: string; copy: string; isShareable: boolean | undefined}> => {
  const links = new SignInLinks(config.secrets, config.console as ConsoleSettings);
  const mailHashKey = deriveKey(config.secrets[0], 'mail-counts');
  const invitation = await transaction(sql, (tx) =>
    inviteAccount(tx, {...given, by: null, keyId: links.keyId, mailHashKey}),
  );
  const [member] = await listMembers(sql, given.siteKey, invitation.accountId);
  return {
    ...invitation,
    token: readToken(links.createUrl(invitation.link)),
    copy: readToken(links.createCopyUrl(invitation.link)),
    isShareable: member?.invitation?.isShareable,
  };
};

t.test('maria account', async (t) => {
  const server = await startServer(t);
  const email = 'olga@acme.example';

  await t.test('add invites by e-mail, and prints the same link', async (t) => {
    const output = await maria(server, 'add', email, '--site', 'demo', '--role', 'agent');
    server.sender.wake();
    const {text = '', subject} = await server.mailbox.waitFor(email);

    const token = readToken(output);
    t.match(output, /as agent/);
    t.equal(readToken(text), token);
    t.equal(subject, 'You are invited to the chat console – Demo');
    t.match(text, /You will be an agent/);
    t.match(text, /valid for 7 days/);
    t.match(await callSignIn<OpenLink>(server, 'link/look', {token}), {
      status: 200,
      body: {purpose: 'invitation', email_masked: 'o•••@acme.example', site: 'Demo', role: 'agent'},
    });
    const client = await signInWith(server, token);
    t.same(await getSites(client), ['demo:agent']);
  });

  await t.test('link prints a sign-in link for 60 minutes', async (t) => {
    const token = readToken(await maria(server, 'link', email));
    const [link] = await server.sql`
      select expires_at - created_at = interval '60 minutes' as "isHour" from sign_in_links
      where purpose = 'sign_in'`;
    t.equal(link?.['isHour'], true);
    t.same(await getSites(await signInWith(server, token)), ['demo:agent']);
  });

  await t.test('list prints accounts with their sites', async (t) => {
    await maria(server, 'add', 'ben@acme.example', '--site', 'workshop');
    const rows = JSON.parse(await maria(server, 'list', '--format', 'json')) as object[];
    t.match(rows, [
      {email: 'ben@acme.example', sites: {workshop: 'owner'}, joined: null, last_seen: null},
      {email, sites: {demo: 'agent'}, joined: String, last_seen: String},
    ]);
    t.match(await maria(server, 'list'), /olga@acme\.example +– +demo:agent/);
  });

  await t.test('sign-out ends sessions and links', async (t) => {
    const token = readToken(await maria(server, 'link', email));
    const client = await signInWith(server, readToken(await maria(server, 'link', email)));
    const open = readToken(await maria(server, 'link', email));
    t.match(await maria(server, 'sign-out', email), /sessions? of olga@acme\.example ended/);
    t.equal(await getStatus(client), 401);
    for (const over of [token, open])
      t.equal((await callSignIn(server, 'link/use', {token: over})).status, 410);
  });

  await t.test('remove takes one site, or the whole account', async (t) => {
    await maria(server, 'add', email, '--site', 'workshop');
    await maria(server, 'remove', email, '--site', 'demo');
    const client = await signInWith(server, readToken(await maria(server, 'link', email)));
    t.same(await getSites(client), ['workshop:owner']);

    await maria(server, 'remove', email);

    t.equal(await getStatus(client), 401);
    const [row] = await server.sql`select email, removed_at is null as "isActive" from accounts
      where id = ${client.accountId}`;
    t.same(row, {email: null, isActive: false});
    const left = await server.sql`
      select from account_sessions where account_id = ${client.accountId}
      union all select from sign_in_links where account_id = ${client.accountId}
      union all select from memberships where account_id = ${client.accountId}`;
    t.equal(left.length, 0);
    await t.rejects(maria(server, 'link', email), {message: /There is no account of olga/});
  });

  await t.test('explains wrong use', async (t) => {
    const refuses = async (args: string[], message: RegExp) =>
      t.rejects(maria(server, ...args), {message}, args.join(' '));
    await refuses(['add', email], /requires --site/);
    await refuses(['add', 'olga', '--site', 'demo'], /must be plain/);
    await refuses(['add', email, '--site', 'none'], /There is no site "none"/);
    await refuses(['add', email, '--site', 'demo', '--role', 'boss'], /Invalid --role "boss"/);
    await refuses(['remove', email], /There is no account/);
    await refuses(['link'], /Expected one of these/);
    const off = {...server, config: {...server.config, console: undefined}};
    await t.rejects(maria(off, 'list'), {message: /switched off/});
  });

  await t.test('writes audit rows without e-mail addresses', async (t) => {
    const rows = await server.sql<{event: string; text: string}[]>`
      select event_type as event, metadata::text as text from audit_logs`;
    const events = new Set(rows.map(({event}) => event));
    for (const event of ['account_invited', 'account_removed', 'role_changed', 'signed_out'])
      t.ok(events.has(event), event);
    t.notMatch(rows.map(({text}) => text).join(), '@');
  });
});

t.test(
  'the link of an invitation is for the person who invites only if the account is new',
  async (t) => {
    const server = await startServer(t);
    const email = 'eve@acme.example';

    const first = await invite(server, {email, siteKey: 'demo', role: 'agent'});
    t.ok(first.isShareable);
    const again = await invite(server, {email: 'EVE@acme.example', siteKey: 'demo', role: 'agent'});
    t.equal(again.accountId, first.accountId);
    t.ok(again.isShareable);
    t.equal((await callSignIn(server, 'link/look', {token: first.token})).status, 410);

    await t.test(
      'the copy is another link than the one in the e-mail, for one of both',
      async (t) => {
        t.not(again.copy, again.token);
        for (const token of [again.token, again.copy])
          t.match(await callSignIn<OpenLink>(server, 'link/look', {token}), {
            ...{status: 200, body: {purpose: 'invitation', role: 'agent'}},
          });
      },
    );

    await t.test('a session of a copy does not get the site of a later invitation', async (t) => {
      const early = await signInWith(server, again.copy);
      t.equal((await callSignIn(server, 'link/use', {token: again.token})).status, 410);
      const other = await invite(server, {email, siteKey: 'workshop', role: 'owner'});
      t.equal(other.isShareable, false);
      t.same(await getSites(early), ['demo:agent']);
      const client = await signInWith(server, other.token);
      t.same(await getSites(client), ['demo:agent', 'workshop:owner']);
      t.same(await getSites(early), ['demo:agent']);
    });

    await t.test('nor does the first sign-in with an earlier copy', async (t) => {
      const given = {email: 'ben@acme.example', role: 'agent'} as const;
      const early = await invite(server, {...given, siteKey: 'demo'});
      await invite(server, {...given, siteKey: 'workshop'});
      const client = await signInWith(server, early.copy);
      t.same(await getSites(client), ['demo:agent']);
      const again = await client.signInAgain(server.sql);
      t.same(await getSites(again), ['demo:agent', 'workshop:agent']);
    });

    await t.test('an account that has signed in gets its links by e-mail only', async (t) => {
      const {isShareable} = await invite(server, {email, siteKey: 'demo', role: 'agent'});
      t.notOk(isShareable);
    });

    await t.test('a copy is only for the first sign-in', async (t) => {
      const given = {email: 'cleo@acme.example', siteKey: 'demo', role: 'agent'} as const;
      const {copy, token} = await invite(server, given);
      await signInWith(server, readToken(await maria(server, 'link', given.email)));
      for (const path of ['link/look', 'link/use'])
        t.equal((await callSignIn(server, path, {token: copy})).status, 410, path);
      t.equal((await callSignIn(server, 'link/use', {token})).status, 200, 'but the e-mail works');
    });

    await t.test('two copies that are used at once sign in once', async (t) => {
      const given = {email: 'dora@acme.example', role: 'agent'} as const;
      const invitations = [
        await invite(server, {...given, siteKey: 'demo'}),
        await invite(server, {...given, siteKey: 'workshop'}),
      ];
      const answers = await Promise.all(
        invitations.map(({copy}) => callSignIn(server, 'link/use', {token: copy})),
      );
      t.same(answers.map(({status}) => status).sort(), [200, 410]);
    });

    await t.test('an invitation of an earlier release counts as a copy', async (t) => {
      const given = {email: 'fay@acme.example', siteKey: 'demo', role: 'agent'} as const;
      const {copy: token} = await invite(server, given);
      const client = await signInWith(server, token);
      await invite(server, {...given, siteKey: 'workshop'});
      t.same(await getSites(client), ['demo:agent']);
    });

    await t.test('but not if the account had signed in before it', async (t) => {
      const given = {email: 'hal@acme.example', role: 'agent'} as const;
      await signInWith(server, (await invite(server, {...given, siteKey: 'demo'})).token);
      const {copy: token, isShareable} = await invite(server, {...given, siteKey: 'workshop'});
      t.equal(isShareable, false, 'so nobody could copy it');
      const client = await signInWith(server, token);
      t.same(await getSites(client), ['demo:agent', 'workshop:agent']);
    });
  },
);

t.test('a site that an account gets later is in its sessions at once', async (t) => {
  const server = await startServer(t);
  const second = await startServer(t, {beside: server});
  const email = 'gil@acme.example';
  const {token} = await invite(server, {email, siteKey: 'demo', role: 'agent'});
  const clients = [
    await signInWith(server, token),
    await signInWith(server, readToken(await maria(server, 'link', email))),
  ];

  await invite(server, {email, siteKey: 'workshop', role: 'owner'});
  for (const client of clients)
    for (const {url} of [server, second])
      t.same(await getSites(client.at(url)), ['demo:agent', 'workshop:owner']);
  const change = {siteKey: 'workshop', accountId: clients[0]?.accountId ?? ''};
  await transaction(server.sql, (tx) =>
    setRole(tx, {...change, role: 'agent'}, {canRemoveLastOwner: true}),
  );
  for (const client of clients)
    t.same(await getSites(client.at(second.url)), ['demo:agent', 'workshop:agent']);
  await transaction(server.sql, (tx) => removeMember(tx, change));
  for (const client of clients) t.same(await getSites(client.at(second.url)), ['demo:agent']);
});

t.test('invitations are limited by e-mail address', async (t) => {
  const server = await startServer(t);
  const outcomes: boolean[] = [];
  for (let i = 0; i < 6; i++) {
    const {isMailed} = await invite(server, {
      ...{email: 'eve@acme.example', siteKey: 'demo', role: 'agent'},
    });
    outcomes.push(isMailed);
  }
  t.same(outcomes, [true, true, true, true, true, false]);
  t.equal((await server.sql`select from jobs where payload->>'template' = 'invitation'`).length, 5);
});

t.test('a change of roles', async (t) => {
  const server = await startServer(t);
  const second = await startServer(t, {beside: server});
  const owner = await OwnerClient.create(server);
  const agent = await OwnerClient.create(server, {roles: {demo: 'agent', workshop: 'agent'}});
  const set = ({accountId}: OwnerClient, role: Role) =>
    transaction(server.sql, (tx) => setRole(tx, {accountId, siteKey: 'demo', role}));
  const remove = ({accountId}: OwnerClient) =>
    transaction(server.sql, (tx) => removeMember(tx, {accountId, siteKey: 'demo'}));

  await t.test('ends the sessions of the account on every server', async (t) => {
    const other = await agent.signInAgain(server.sql);
    t.equal(await getStatus(other.at(second.url)), 200);
    t.equal(await set(agent, 'observer'), 'agent');
    t.equal(await getStatus(other.at(second.url)), 401);
    const again = await agent.signInAgain(server.sql);
    t.equal(await set(agent, 'observer'), 'observer');
    t.equal(await getStatus(again), 200, 'the same role is no change');
  });

  await t.test('leaves every site an owner', async (t) => {
    await t.rejects(set(owner, 'agent'), LastOwner);
    await t.rejects(remove(owner), LastOwner);
    t.equal(await getStatus(owner), 200);
    await set(agent, 'owner');
    const outcomes = await Promise.allSettled([set(owner, 'agent'), set(agent, 'agent')]);
    t.same(outcomes.map(({status}) => status).sort(), ['fulfilled', 'rejected']);
  });

  await t.test('that removes the last site removes the account', async (t) => {
    const member = await OwnerClient.create(server, {roles: {demo: 'observer'}});
    t.equal(await remove(member), 'observer');
    t.equal(await remove(member), null);
    await set(owner, 'owner');
    await set(agent, 'agent');
    const [row] = await server.sql`select email from accounts where id = ${member.accountId}`;
    t.equal(row?.['email'], null);
    t.equal(await remove(agent), 'agent');
    const [kept] = await server.sql`select email from accounts where id = ${agent.accountId}`;
    t.equal(kept?.['email'], agent.email);
  });
});

t.test('a site that is removed loses its people', async (t) => {
  const server = await startServer(t);
  const site = (...args: string[]) => runCommand(server, siteCommand, ...args);
  const add = () =>
    site(
      'add',
      'acme',
      '--name',
      'Acme',
      '--origin',
      'https://a.example',
      '--notify',
      'a@b.example',
    );
  const countMembers = async () =>
    (await server.sql`select from memberships where site_key = 'acme'`).length;

  for (const isReferenced of [false, true]) {
    await t.test(isReferenced ? 'if rows refer to it' : 'if its row is deleted', async (t) => {
      await add();
      if (isReferenced)
        await server.sql`
          insert into funnel_daily (site_key, day, counter, count)
          values ('acme', current_date, 'opened', 1)`;
      const only = await OwnerClient.create(server, {roles: {acme: 'owner'}});
      const both = await OwnerClient.create(server, {roles: {acme: 'agent', demo: 'agent'}});
      const {token} = await invite(server, {
        email: `${randomUUID()}@acme.example`,
        siteKey: 'acme',
        role: 'agent',
      });

      await site('remove', 'acme');
      t.equal(await countMembers(), 0);
      for (const client of [only, both]) t.equal(await getStatus(client), 401);
      t.same(await getSites(await both.signInAgain(server.sql)), ['demo:agent']);
      const [row] = await server.sql`select email from accounts where id = ${only.accountId}`;
      t.equal(row?.['email'], null);

      t.match(await add(), isReferenced ? /restored.*No account has access/ : /created/);
      t.equal((await callSignIn(server, 'link/look', {token})).status, 410);
      t.same(await getSites(await both.signInAgain(server.sql)), ['demo:agent']);
      await site('remove', 'acme');
    });
  }

  await t.test('also those that an earlier release has kept', async (t) => {
    const both = await OwnerClient.create(server, {roles: {acme: 'owner', demo: 'agent'}});
    t.match(await add(), /restored/);
    t.equal(await countMembers(), 0);
    t.same(await getSites(await both.signInAgain(server.sql)), ['demo:agent']);
  });
});

t.test('old sessions, links and names of accounts expire', async (t) => {
  const server = await startServer(t);
  const owner = await OwnerClient.create(server);
  const removed = await OwnerClient.create(server, {name: 'Olga'});
  await callSignIn(server, 'link', {email: owner.email});
  await transaction(server.sql, (tx) =>
    removeMember(tx, {accountId: removed.accountId, siteKey: 'demo'}, {canRemoveLastOwner: true}),
  );
  const count = async () => {
    const [row] = await server.sql`
      select (select count(*)::int from account_sessions) as sessions,
             (select count(*)::int from sign_in_links) as links,
             (select count(*)::int from accounts where name is not null) as names`;
    return row;
  };

  await server.expiry.run();
  t.same(await count(), {sessions: 1, links: 1, names: 1});
  await server.sql`update account_sessions set ends_at = now() - interval '1 second'`;
  await server.sql`update sign_in_links set expires_at = now() - interval '25 hours'`;
  await server.sql`update accounts set removed_at = now() - interval '366 days'
    where removed_at is not null`;
  await server.expiry.run();

  t.same(await count(), {sessions: 0, links: 0, names: 0});
  t.equal((await server.sql`select from accounts`).length, 2);
});

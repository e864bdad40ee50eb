import t from 'tap';

import {
  OWNER_EMAIL,
  getLinks,
  countMailsTo,
  createPendingContact,
  confirmLink,
  getSessionRow,
} from './contact-helpers.js';
import {getAuditRows} from './session-helpers.js';
import {startServer} from './start-server.js';
import type {TestServer} from './start-server.js';
import type {Visitor} from './visitor.js';

void t.test('the page behind the link', async (t) => {
  const server = await startServer(t);

  await t.test('changes nothing, however often a scanner opens it', async (t) => {
    const {visitor, link} = await createPendingContact(server, 'scanned@example.com');
    const getTrail = () => server.sql`select from audit_logs where user_uuid = ${visitor.uuid}`;
    const before = (await getTrail()).length;

    for (let i = 0; i < 10; i++) {
      t.equal((await fetch(link)).status, 200);
      t.equal((await fetch(link, {method: 'HEAD'})).status, 200);
      t.equal((await fetch(`${link}/not-me`)).status, 200);
    }

    t.match(await getLinks(server, visitor.uuid), [{used: false, voided: false}]);
    t.equal((await visitor.session()).body.state, 'pending');
    t.equal((await getTrail()).length, before);
  });

  await t.test('is a form without a script that cannot be framed or cached', async (t) => {
    const {link} = await createPendingContact(server, 'page@example.com');
    const response = await fetch(link);
    const page = await response.text();

    t.notMatch(page, /<script|javascript:|style=|\son\w+=|page@example|Zora/i);
    t.match(page, /<form method="post">/);
    t.equal(page.match(/<button/g)?.length, 1);
    const policy = response.headers.get('content-security-policy') ?? '';
    t.match(policy, /default-src 'none'/);
    t.match(policy, /frame-ancestors 'none'/);
    t.notMatch(policy, /unsafe|script-src/);
    t.equal(response.headers.get('cache-control'), 'no-store');
    t.equal(response.headers.get('referrer-policy'), 'no-referrer');
    t.equal(response.headers.get('x-content-type-options'), 'nosniff');
  });

  await t.test('confirms with its button, and repeats the result', async (t) => {
    const {visitor, link} = await createPendingContact(server, 'button@example.com');

    const first = await confirmLink(link);
    const again = await confirmLink(link);
    const read = await fetch(link);

    t.same([first.status, again.status, read.status], [200, 200, 200]);
    t.match(await first.text(), /Thank you/);
    t.match(await again.text(), /already confirmed/);
    t.match(await read.text(), /already confirmed/);
    t.equal((await visitor.session()).body.state, 'complete');
    t.match(await getLinks(server, visitor.uuid), [{used: true, voided: false}]);
    t.equal((await getAuditRows(server, visitor.uuid, 'email_verified')).length, 1);
  });

  await t.test('accepts the form from any origin without a body', async (t) => {
    const {visitor, link} = await createPendingContact(server, 'form@example.com');

    const response = await fetch(link, {
      method: 'POST',
      headers: {'content-type': 'application/x-www-form-urlencoded', origin: 'null'},
      body: '',
    });

    t.equal(response.status, 200);
    t.equal((await visitor.session()).body.state, 'complete');
  });

  await t.test('confirms once and notifies the owner once after concurrent clicks', async (t) => {
    const {visitor, link} = await createPendingContact(server, 'parallel@example.com');
    const mailsBefore = await countMailsTo(server, OWNER_EMAIL);

    const responses = await Promise.all([
      confirmLink(link),
      confirmLink(link),
      confirmLink(link),
      confirmLink(link),
    ]);

    t.same(
      responses.map(({status}) => status),
      [200, 200, 200, 200],
    );
    const texts = await Promise.all(responses.map((response) => response.text()));
    t.equal(texts.filter((text) => text.includes('Thank you')).length, 1);
    t.equal((await getAuditRows(server, visitor.uuid, 'email_verified')).length, 1);
    t.equal(await countMailsTo(server, OWNER_EMAIL), mailsBefore + 1);
  });

  await t.test('is unknown with another signature, and confirms nothing', async (t) => {
    const {visitor, link} = await createPendingContact(server, 'forged@example.com');
    const other = await createPendingContact(server, 'other@example.com');
    const [id, mac = ''] = (link.split('/').at(-1) ?? '').split('.');
    const otherMac = other.link.split('.').at(-1) ?? '';
    for (const path of [
      `${id}.${otherMac}`,
      `${id}.${mac.slice(0, -1)}`,
      `${id}.${mac}A`,
      `${id}.`,
      `${id}`,
      `.${mac}`,
      'nonsense',
      '%00',
    ]) {
      for (const method of ['GET', 'POST']) {
        const response = await fetch(`${server.url}/verify/${path}`, {method});
        t.equal(response.status, 404, `${method} ${path.slice(0, 8)}`);
        t.match(await response.text(), /don’t recognise this link/);
      }
    }
    t.equal((await visitor.session()).body.state, 'pending');
  });

  const dead: [string, (server: TestServer, visitor: Visitor) => Promise<unknown>][] = [
    [
      'expired',
      ({sql}, {uuid}) => sql`
        update email_verifications set expires_at = now() - interval '1 second'
        where session_uuid = ${uuid}`,
    ],
    [
      'voided by a newer one',
      async ({sql}, visitor) => {
        await sql`
          update email_verifications set created_at = now() - interval '2 minutes'
          where session_uuid = ${visitor.uuid}`;
        await visitor.call('POST', '/api/session/verification');
      },
    ],
    [
      'of an archived session',
      ({sql}, {uuid}) => sql`update user_sessions set archived_at = now() where uuid = ${uuid}`,
    ],
  ];
  for (const [what, kill] of dead) {
    await t.test(`is invalid if it is ${what}, and explains the next step`, async (t) => {
      const {visitor, link} = await createPendingContact(server, `dead-${what.length}@example.com`);
      await kill(server, visitor);

      for (const method of ['GET', 'POST']) {
        const response = await fetch(link, {method});
        t.equal(response.status, 410);
        t.match(await response.text(), /newest e.mail/);
      }
      t.equal((await getSessionRow(server, visitor.uuid))?.verified, false);
    });
  }

  await t.test('is valid until its last second', async (t) => {
    const {visitor, link} = await createPendingContact(server, 'late@example.com');
    await server.sql`
      update email_verifications set expires_at = now() + interval '20 seconds'
      where session_uuid = ${visitor.uuid}`;

    t.match(await (await confirmLink(link)).text(), /Thank you/);
  });

  await t.test('asks for a confirmation of “not me”, then voids the link', async (t) => {
    const {visitor, link} = await createPendingContact(server, 'notme@example.com');

    const question = await fetch(`${link}/not-me`);
    t.match(await question.text(), /<button/);
    t.match(await getLinks(server, visitor.uuid), [{voided: false}]);
    const response = await confirmLink(`${link}/not-me`);

    t.equal(response.status, 200);
    t.match(await response.text(), /Thank you for telling us/);
    t.match(await getLinks(server, visitor.uuid), [{used: false, voided: true}]);
    t.equal((await confirmLink(link)).status, 410);
    t.match(await getAuditRows(server, visitor.uuid, 'suspicious_activity'), [
      {metadata: {kind: 'not_me'}},
    ]);
    t.equal((await visitor.session()).body.state, 'pending');
  });

  await t.test('shows the site, and links to it once there is no button left', async (t) => {
    const {link} = await createPendingContact(server, 'back@example.com');
    const back = `<a href="${server.url}">Back to Demo</a>`;

    const question = await (await fetch(link)).text();
    t.match(question, /<p class="site"><bdi>Demo<\/bdi><\/p>/);
    t.notMatch(question, /Back to/);
    for (const response of [await confirmLink(link), await confirmLink(link)]) {
      const page = await response.text();
      t.match(page, /<p class="site"><bdi>Demo<\/bdi><\/p>/);
      t.ok(page.includes(back), 'a link to the page with the chat');
    }
    const unknown = await (await fetch(`${server.url}/verify/nonsense`)).text();
    t.notMatch(unknown, /Demo|Back to/, 'nothing about a site without a valid link');
  });

  await t.test('explains the next step after a misused confirmation', async (t) => {
    const {visitor, link} = await createPendingContact(server, 'misused@example.com');
    await confirmLink(link);

    for (const response of [await fetch(`${link}/not-me`), await confirmLink(`${link}/not-me`)]) {
      const page = await response.text();
      t.equal(response.status, 200);
      t.match(page, /write to Demo/);
      t.notMatch(page, /nothing left to do|misused@|Zora/);
    }
    t.equal((await visitor.session()).body.state, 'complete');
  });

  await t.test('reassures a person who clicks “not me” on a void link', async (t) => {
    const {link} = await createPendingContact(server, 'void@example.com');
    await confirmLink(`${link}/not-me`);

    const again = await fetch(`${link}/not-me`);
    const page = await again.text();

    t.equal(again.status, 410);
    t.match(page, /no longer be used to confirm your e.mail address/);
    t.notMatch(page, /Send again/);
  });

  await t.test('reveals no session', async (t) => {
    const {visitor, link} = await createPendingContact(server, 'nosession@example.com');
    const response = await confirmLink(link);
    t.equal(response.headers.get('set-cookie'), null);
    t.notMatch(await response.text(), new RegExp(visitor.uuid));
  });
});

import t from 'tap';
import type {Test} from 'tap';

import type {ErrorBody} from '../contract/common.js';
import {NAME, forgetMailCounts, mailsTo, pending, press} from './contact-parts.js';
import {linkIn} from './mailbox.js';
import {auditOf} from './session-parts.js';
import {startServer} from './start-server.js';
import type {TestServer} from './start-server.js';
import {until} from './until.js';
import {Visitor} from './visitor.js';

void t.test('another link', async (t) => {
  const server = await startServer(t);
  const resend = (visitor: Visitor) => visitor.call<ErrorBody>('POST', '/api/session/verification');
  const age = (visitor: Visitor, seconds: number) => server.sql`
    update email_verifications set created_at = created_at - ${`${seconds} seconds`}::interval
    where session_uuid = ${visitor.uuid}`;

  await t.test('comes a minute after the last one, not before', async (t) => {
    const {visitor, link} = await pending(server, 'again@example.com');

    await age(visitor, 50);
    const early = await resend(visitor);
    t.same([early.status, early.body.code], [429, 'rate_limited']);
    const seconds = Number(early.headers.get('retry-after'));
    t.ok(seconds >= 1 && seconds <= 10, `Retry-After: ${seconds}`);
    await age(visitor, 11);
    t.equal((await resend(visitor)).status, 202);

    const newer = linkIn(await server.mailbox.waitFor('again@example.com', 1));
    t.not(newer, link);
    t.equal((await fetch(link)).status, 410);
    t.equal((await press(newer)).status, 200);
    t.equal((await visitor.session()).body.state, 'complete');
  });

  await t.test('is sent five times a day, not six', async (t) => {
    const {visitor} = await pending(server, 'daily@example.com');
    for (let i = 0; i < 5; i++) {
      await forgetMailCounts(server);
      await age(visitor, 61);
      t.equal((await resend(visitor)).status, 202);
    }
    await forgetMailCounts(server);
    await age(visitor, 61);

    const sixth = await resend(visitor);

    t.equal(sixth.status, 429);
    t.ok(Number(sixth.headers.get('retry-after')) > 80_000);
    t.equal(await mailsTo(server, 'daily@example.com'), 6);
    await age(visitor, 86_400);
    t.equal((await resend(visitor)).status, 202, 'and a day later again');
  });

  await t.test('needs an address, and is nothing to a complete session', async (t) => {
    const nobody = await Visitor.consenting(server.url);
    t.equal((await resend(nobody)).status, 404);

    const {visitor, link} = await pending(server, 'done@example.com');
    await press(link);
    t.equal((await resend(visitor)).status, 202);
    t.equal(await mailsTo(server, 'done@example.com'), 1);
  });
});

void t.test('limits on mail', async (t) => {
  const settings = {TRUST_PROXY: '127.0.0.1'};
  const contactFrom = async (server: TestServer, email: string, ip: string) => {
    const visitor = await Visitor.consenting(server.url);
    const {status} = await visitor.call('PUT', '/api/session/contact', {
      json: {name: NAME, email},
      headers: {'x-forwarded-for': ip},
    });
    return {visitor, status};
  };
  const stops = async (t: Test, server: TestServer, visitor: Visitor, by: string) => {
    t.match(await auditOf(server, visitor.uuid, 'verification_sent'), [
      {metadata: {mailed: false, stopped_by: by}},
    ]);
  };

  await t.test(
    'three an hour to one address over all sessions; the fourth is silent',
    async (t) => {
      const server = await startServer(t, {settings});
      for (const [i, email] of [
        'Full@example.com',
        'full@example.com',
        'FULL@EXAMPLE.COM',
      ].entries()) {
        t.equal((await contactFrom(server, email, `203.0.113.${i}`)).status, 202);
      }

      const fourth = await contactFrom(server, 'full@example.com', '203.0.113.9');

      t.equal(fourth.status, 202);
      await stops(t, server, fourth.visitor, 'address');
      t.equal(await mailsTo(server, 'full@example.com'), 1);
      const alerts = () => mailsTo(server, 'operator@example.com');
      await until(async () => (await alerts()) === 1);
      t.equal(server.mailbox.mails.length, 4, 'and the operator was told');
      await server.sql`update mail_counts set counted_at = now() - interval '61 minutes'`;
      t.equal((await contactFrom(server, 'full@example.com', '203.0.113.9')).status, 202);
      t.equal(await mailsTo(server, 'full@example.com'), 2, 'an hour later again');
    },
  );

  await t.test('six a day to one address', async (t) => {
    const server = await startServer(t, {settings});
    for (let i = 0; i < 7; i++) {
      await contactFrom(server, 'day@example.com', `203.0.113.${i}`);
      await server.sql`
        update mail_counts set counted_at = counted_at - interval '61 minutes'`;
    }
    t.equal(await mailsTo(server, 'day@example.com'), 6);
  });

  await t.test('ten an hour by one client, whoever they go to', async (t) => {
    const server = await startServer(t, {settings});
    for (let i = 0; i < 10; i++) {
      await contactFrom(server, `client-${i}@example.com`, '203.0.113.1');
    }

    const eleventh = await contactFrom(server, 'client-10@example.com', '203.0.113.1');
    const other = await contactFrom(server, 'client-11@example.com', '203.0.113.2');

    t.same([eleventh.status, other.status], [202, 202]);
    await stops(t, server, eleventh.visitor, 'client');
    t.equal(await mailsTo(server, 'client-9@example.com'), 1);
    t.equal(await mailsTo(server, 'client-10@example.com'), 0);
    t.equal(await mailsTo(server, 'client-11@example.com'), 1);
  });

  await t.test('a link that was not mailed takes nothing from the one that was', async (t) => {
    const server = await startServer(t);
    const {visitor, link} = await pending(server, 'keeps@example.com');
    await server.sql`
      insert into mail_counts (key) select key from mail_counts, generate_series(1, 3)`;
    await server.sql`update email_verifications set created_at = now() - interval '2 minutes'`;

    t.equal((await visitor.call('POST', '/api/session/verification')).status, 202);

    t.equal(await mailsTo(server, 'keeps@example.com'), 1);
    t.equal((await visitor.call('POST', '/api/session/verification')).status, 429, 'but counts');
    t.match(await (await press(link)).text(), /Thank you/);
    t.equal((await visitor.session()).body.state, 'complete');
  });

  await t.test('a link to another address that was not mailed leaves the older one', async (t) => {
    const server = await startServer(t);
    const {visitor, link} = await pending(server, 'typo@exmaple.com');
    await server.sql`
      insert into mail_counts (key) select key from mail_counts, generate_series(1, 10)`;

    t.equal((await visitor.contact('typo@example.com', NAME)).status, 202);

    t.equal(await mailsTo(server, 'typo@example.com'), 0);
    t.match((await visitor.session()).body, {pending_email_masked: 't•••@example.com'});
    t.match(await (await press(link)).text(), /Thank you/);
    t.match((await visitor.session()).body, {
      state: 'complete',
      email_masked: 't•••@exmaple.com',
      pending_email_masked: 't•••@example.com',
    });
    await forgetMailCounts(server);
    await server.sql`
      update email_verifications
      set created_at = created_at - interval '2 minutes', voided_at = voided_at - interval '2 minutes'`;
    t.equal((await visitor.call('POST', '/api/session/verification')).status, 202);
    await press(linkIn(await server.mailbox.waitFor('typo@example.com')));
    t.match((await visitor.session()).body, {
      email_masked: 't•••@example.com',
      pending_email_masked: null,
    });
    t.equal((await visitor.call('POST', '/api/session/verification')).status, 202);
    t.equal(await mailsTo(server, 'typo@example.com'), 1, 'nothing is left to confirm');
  });

  await t.test('a change that was not mailed can be taken back', async (t) => {
    const server = await startServer(t);
    const {visitor, link} = await pending(server, 'first@example.com');
    await press(link);
    await visitor.call('PATCH', '/api/session', {json: {email: 'second@example.com'}});
    await server.mailbox.waitFor('second@example.com');
    await server.sql`
      insert into mail_counts (key) select key from mail_counts, generate_series(1, 10)`;
    const third = await visitor.call('PATCH', '/api/session', {json: {email: 'third@example.com'}});
    t.match(third.body, {pending_email_masked: 't•••@example.com'});

    const {body} = await visitor.call('PATCH', '/api/session', {
      json: {email: 'first@example.com'},
    });

    t.match(body, {email_masked: 'f•••@example.com', pending_email_masked: null});
  });

  await t.test('the counters keep nobody’s address', async (t) => {
    const server = await startServer(t);
    await pending(server, 'counted@example.com');
    const rows = await server.sql<{row: string}[]>`select m::text as row from mail_counts m`;
    t.ok(rows.length > 0);
    t.notMatch(rows.map(({row}) => row).join(), /counted|127\.0/);
  });
});

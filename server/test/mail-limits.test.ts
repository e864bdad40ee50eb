import {randomUUID} from 'node:crypto';

import t from 'tap';
import type {Test} from 'tap';

import type {ErrorBody} from '../contract/common.js';
import type {ContactResponse} from '../contract/sessions.js';
import {expireLinksAndDeliveries} from '../cleanup/housekeeping.js';
import {consumeMailQuota} from '../mail/limits.js';
import {deriveKey} from '../config/secrets.js';
import {transaction} from '../database/transaction.js';
import {
  VISITOR_NAME,
  resetMailLimits,
  countMailsTo,
  createPendingContact,
  confirmLink,
} from './contact-helpers.js';
import {getConfirmationLink} from './mailbox.js';
import {getAuditRows} from './session-helpers.js';
import {startServer} from './start-server.js';
import type {TestServer} from './start-server.js';
import {until} from './until.js';
import {Visitor} from './visitor.js';

void t.test('another confirmation link', async (t) => {
  const server = await startServer(t);
  const resend = (visitor: Visitor) => visitor.call<ErrorBody>('POST', '/api/session/verification');
  const age = (visitor: Visitor, seconds: number) => server.sql`
    update email_verifications set created_at = created_at - ${`${seconds} seconds`}::interval
    where session_uuid = ${visitor.uuid}`;

  await t.test('is sent at least one minute after the last one', async (t) => {
    const {visitor, link} = await createPendingContact(server, 'again@example.com');

    await age(visitor, 50);
    const early = await resend(visitor);
    t.same([early.status, early.body.code], [429, 'rate_limited']);
    const seconds = Number(early.headers.get('retry-after'));
    t.ok(seconds >= 1 && seconds <= 10, `Retry-After: ${seconds}`);
    await age(visitor, 11);
    t.equal((await resend(visitor)).status, 202);

    const newer = getConfirmationLink(await server.mailbox.waitFor('again@example.com', 1));
    t.not(newer, link);
    t.equal((await fetch(link)).status, 410);
    t.equal((await confirmLink(newer)).status, 200);
    t.equal((await visitor.session()).body.state, 'complete');
  });

  await t.test('is sent five times a day and not a sixth time', async (t) => {
    const {visitor} = await createPendingContact(server, 'daily@example.com');
    for (let i = 0; i < 5; i++) {
      await resetMailLimits(server);
      await age(visitor, 61);
      t.equal((await resend(visitor)).status, 202);
    }
    await resetMailLimits(server);
    await age(visitor, 61);

    const sixth = await resend(visitor);

    t.equal(sixth.status, 429);
    t.ok(Number(sixth.headers.get('retry-after')) > 80_000);
    t.equal(await countMailsTo(server, 'daily@example.com'), 6);
    await age(visitor, 86_400);
    t.equal((await resend(visitor)).status, 202, 'it is sent again a day later');
  });

  await t.test('needs an e-mail address, and is not sent for a complete session', async (t) => {
    const nobody = await Visitor.consenting(server.url);
    t.equal((await resend(nobody)).status, 404);

    const {visitor, link} = await createPendingContact(server, 'done@example.com');
    await confirmLink(link);
    t.equal((await resend(visitor)).status, 202);
    t.equal(await countMailsTo(server, 'done@example.com'), 1);
  });
});

/** Consumes quota as if e-mails had been sent. Returns the outcomes. */
const countMails = async (
  {sql, config}: TestServer,
  {times, email, client}: {times: number; email?: string; client?: string},
) => {
  const key = deriveKey(config.secrets[0], 'mail-counts');
  const outcomes: string[] = [];
  for (let i = 0; i < times; i++) {
    const mail = {
      email: email ?? `other-${randomUUID()}@example.com`,
      client: client ?? randomUUID(),
    };
    outcomes.push((await transaction(sql, (tx) => consumeMailQuota(tx, key, mail))).outcome);
  }
  return outcomes;
};

const usedUp = (server: TestServer, email: string) => countMails(server, {times: 3, email});

/** Moves e-mail counters, links and jobs into the past. */
const timePasses = async ({sql, sender}: TestServer, time: string) => {
  await sql`update mail_counts set counted_at = counted_at - ${time}::interval`;
  await sql`
    update email_verifications set
      created_at = created_at - ${time}::interval, expires_at = expires_at - ${time}::interval,
      delayed_at = delayed_at - ${time}::interval, voided_at = voided_at - ${time}::interval`;
  await sql`
    update jobs set run_at = run_at - ${time}::interval, created_at = created_at - ${time}::interval`;
  sender.wake();
};

void t.test('limits on mail', async (t) => {
  const settings = {TRUST_PROXY: '127.0.0.1'};
  const contactFrom = async (server: TestServer, email: string, ip: string) => {
    const visitor = await Visitor.consenting(server.url);
    const {status, body} = await visitor.call<ContactResponse>('PUT', '/api/session/contact', {
      json: {name: VISITOR_NAME, email},
      headers: {'x-forwarded-for': ip},
    });
    return {visitor, status, delayed: body.delayed};
  };
  const stops = async (t: Test, server: TestServer, visitor: Visitor, by: string) => {
    t.match(await getAuditRows(server, visitor.uuid, 'verification_sent'), [
      {metadata: {mailed: false, stopped_by: by}},
    ]);
  };

  await t.test(
    'three e-mails an hour go to one e-mail address; the fourth is silently suppressed',
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

      t.same(
        [fourth.status, fourth.delayed],
        [202, false],
        'the response is the same as the first',
      );
      t.equal((await fourth.visitor.session()).body.delayed, false);
      await stops(t, server, fourth.visitor, 'address');
      t.equal(await countMailsTo(server, 'full@example.com'), 1);
      const getAlerts = () => countMailsTo(server, 'operator@example.com');
      await until(async () => (await getAlerts()) === 1);
      t.equal(server.mailbox.mails.length, 4, 'the operator is notified');
      await server.sql`update mail_counts set counted_at = now() - interval '61 minutes'`;
      t.equal((await contactFrom(server, 'full@example.com', '203.0.113.9')).status, 202);
      t.equal(await countMailsTo(server, 'full@example.com'), 2, 'it is sent again an hour later');
    },
  );

  await t.test('six e-mails a day go to one e-mail address', async (t) => {
    const server = await startServer(t, {settings});
    for (let i = 0; i < 7; i++) {
      await contactFrom(server, 'day@example.com', `203.0.113.${i}`);
      await server.sql`
        update mail_counts set counted_at = counted_at - interval '61 minutes'`;
    }
    t.equal(await countMailsTo(server, 'day@example.com'), 6);
  });

  await t.test('a link that was not mailed leaves the mailed link valid', async (t) => {
    const server = await startServer(t);
    const {visitor, link} = await createPendingContact(server, 'keeps@example.com');
    await server.sql`
      insert into mail_counts (key) select key from mail_counts, generate_series(1, 3)`;
    await server.sql`update email_verifications set created_at = now() - interval '2 minutes'`;

    t.equal((await visitor.call('POST', '/api/session/verification')).status, 202);

    t.equal(await countMailsTo(server, 'keeps@example.com'), 1);
    t.equal(
      (await visitor.call('POST', '/api/session/verification')).status,
      429,
      'the unmailed link counts',
    );
    t.match(await (await confirmLink(link)).text(), /Thank you/);
    t.equal((await visitor.session()).body.state, 'complete');
  });

  await t.test('an unmailed link to another recipient leaves the older link valid', async (t) => {
    const server = await startServer(t);
    const {visitor, link} = await createPendingContact(server, 'typo@exmaple.com');
    await usedUp(server, 'typo@example.com');

    t.equal((await visitor.contact('typo@example.com', VISITOR_NAME)).status, 202);

    t.equal(await countMailsTo(server, 'typo@example.com'), 0);
    t.match((await visitor.session()).body, {pending_email_masked: 't•••@example.com'});
    t.match(await (await confirmLink(link)).text(), /Thank you/);
    t.match((await visitor.session()).body, {
      state: 'complete',
      email_masked: 't•••@exmaple.com',
      pending_email_masked: 't•••@example.com',
    });
    await resetMailLimits(server);
    await server.sql`
      update email_verifications
      set created_at = created_at - interval '2 minutes', voided_at = voided_at - interval '2 minutes'`;
    t.equal((await visitor.call('POST', '/api/session/verification')).status, 202);
    await confirmLink(getConfirmationLink(await server.mailbox.waitFor('typo@example.com')));
    t.match((await visitor.session()).body, {
      email_masked: 't•••@example.com',
      pending_email_masked: null,
    });
    t.equal((await visitor.call('POST', '/api/session/verification')).status, 202);
    t.equal(await countMailsTo(server, 'typo@example.com'), 1, 'nothing is left to confirm');
  });

  await t.test('an unmailed change of the e-mail address can be cancelled', async (t) => {
    const server = await startServer(t);
    const {visitor, link} = await createPendingContact(server, 'first@example.com');
    await confirmLink(link);
    await visitor.call('PATCH', '/api/session', {json: {email: 'second@example.com'}});
    await server.mailbox.waitFor('second@example.com');
    await usedUp(server, 'third@example.com');
    const third = await visitor.call('PATCH', '/api/session', {json: {email: 'third@example.com'}});
    t.match(third.body, {pending_email_masked: 't•••@example.com'});

    const {body} = await visitor.call('PATCH', '/api/session', {
      json: {email: 'first@example.com'},
    });

    t.match(body, {email_masked: 'f•••@example.com', pending_email_masked: null});
  });

  await t.test('the counters contain no e-mail address', async (t) => {
    const server = await startServer(t);
    await createPendingContact(server, 'counted@example.com');
    const rows = await server.sql<{row: string}[]>`select m::text as row from mail_counts m`;
    t.ok(rows.length > 0);
    t.notMatch(rows.map(({row}) => row).join(), /counted|127\.0/);
  });
});

const SCHOOL = '203.0.113.1';

void t.test('a client network with more than 60 e-mails an hour', async (t) => {
  const settings = {TRUST_PROXY: '127.0.0.1', VERIFICATION_HOURS: '1'};
  const start = async (t: Test) => {
    const server = await startServer(t, {settings});
    const from = (client: string) => ({headers: {'x-forwarded-for': client}});
    const contact = async (email: string, client = SCHOOL, visitor?: Visitor) => {
      const one = visitor ?? (await Visitor.consenting(server.url));
      const {status, body} = await one.call<ContactResponse>('PUT', '/api/session/contact', {
        json: {name: VISITOR_NAME, email},
        ...from(client),
      });
      return {visitor: one, answer: [status, body.delayed]};
    };
    const resend = (visitor: Visitor) =>
      visitor.call<ErrorBody & ContactResponse>('POST', '/api/session/verification', from(SCHOOL));
    const isDelayed = async (visitor: Visitor) => (await visitor.session()).body.delayed;
    const sent = (visitor: Visitor) => getAuditRows(server, visitor.uuid, 'verification_sent');
    return {server, contact, resend, isDelayed, sent};
  };

  await t.test('has e-mails delayed, and links valid from the time of sending', async (t) => {
    const {server, contact, resend, isDelayed, sent} = await start(t);
    await countMails(server, {times: 59, client: SCHOOL});

    const last = await contact('60@example.com');
    const {visitor, answer} = await contact('61@example.com');
    const elsewhere = await contact('elsewhere@example.com', '198.51.100.1');

    t.same(
      [last.answer, answer, elsewhere.answer],
      [
        [202, false],
        [202, true],
        [202, false],
      ],
    );
    t.same([await isDelayed(visitor), await isDelayed(last.visitor)], [true, false]);
    await server.mailbox.waitFor('60@example.com');
    await server.mailbox.waitFor('elsewhere@example.com');
    t.equal((await resend(visitor)).status, 429, 'a repeat within a minute');
    await timePasses(server, '2 minutes');
    const again = await resend(visitor);
    t.same([again.status, again.body.delayed], [202, true], 'a repeat keeps the place');
    await timePasses(server, '50 minutes');
    t.equal(await isDelayed(visitor), true);
    t.notOk(server.mailbox.receivers.flat().includes('61@example.com'));

    await timePasses(server, '9 minutes');

    const mail = await server.mailbox.waitFor('61@example.com');
    t.equal(await isDelayed(visitor), false);
    t.match(await sent(visitor), [
      {metadata: {mailed: false, delayed: true}},
      {metadata: {mailed: true, delayed: true}},
    ]);
    const [validity] = await server.sql<{isAnHour: boolean}[]>`
      select expires_at - now() between '50 minutes' and '1 hour' as "isAnHour"
      from email_verifications where session_uuid = ${visitor.uuid}`;
    t.equal(validity?.isAnHour, true);
    t.match(await (await confirmLink(getConfirmationLink(mail))).text(), /Thank you/);
    t.equal((await visitor.session()).body.state, 'complete');
    const all = server.mailbox.receivers.flat().filter((one) => one === '61@example.com');
    t.equal(all.length, 1);
  });

  await t.test('keeps the older link until the newer one is sent', async (t) => {
    const {server, contact, isDelayed} = await start(t);
    const {visitor} = await contact('typo@exmaple.com');
    const first = getConfirmationLink(await server.mailbox.waitFor('typo@exmaple.com'));
    await countMails(server, {times: 60, client: SCHOOL});

    t.same((await contact('typo@example.com', SCHOOL, visitor)).answer, [202, true]);

    t.match((await visitor.session()).body, {pending_email_masked: 't•••@example.com'});
    t.equal((await fetch(first)).status, 200, 'the older link works');
    t.same((await contact('right@example.com', SCHOOL, visitor)).answer, [202, true]);
    await server.sql`update email_verifications set expires_at = expires_at + interval '2 hours'`;
    await timePasses(server, '61 minutes');
    const newer = getConfirmationLink(await server.mailbox.waitFor('right@example.com'));
    t.equal((await fetch(first)).status, 410, 'the older link ends when the newer one is sent');
    t.equal(await countMailsTo(server, 'typo@example.com'), 0, 'the obsolete link is not sent');
    await confirmLink(newer);
    t.match((await visitor.session()).body, {state: 'complete', email_masked: 'r•••@example.com'});
    t.equal(await isDelayed(visitor), false);
  });

  await t.test('loses an e-mail after six hours, and the operator is notified', async (t) => {
    const {server, contact, resend, isDelayed, sent} = await start(t);
    t.same(count(await countMails(server, {times: 425, client: SCHOOL})), {
      now: 60,
      delayed: 360,
      late: 5,
    });
    const {visitor, answer} = await contact('late@example.com');
    t.same(answer, [202, true]);

    await timePasses(server, '359 minutes');
    t.equal(await isDelayed(visitor), true);
    await timePasses(server, '2 minutes');
    await until(async () => !(await isDelayed(visitor)));

    t.match(await sent(visitor), [
      {metadata: {mailed: false, delayed: true}},
      {metadata: {mailed: false, delayed: true, stopped_by: 'client'}},
    ]);
    const alert = await server.mailbox.waitFor('operator@example.com');
    t.match(alert.text, /60 an hour for one client network[\s\S]*Code: mail_limit/);
    t.equal(await countMailsTo(server, 'late@example.com'), 0);
    t.equal((await visitor.session()).body.state, 'pending');
    await timePasses(server, '2 hours');
    t.match((await resend(visitor)).body, {delayed: false}, 'the visitor can ask again');
    await server.mailbox.waitFor('late@example.com');
  });

  await t.test('gets nothing for a session that was erased', async (t) => {
    const {server, contact} = await start(t);
    await countMails(server, {times: 60, client: SCHOOL});
    const {visitor} = await contact('erased@example.com');

    t.equal((await visitor.call('DELETE', '/api/session')).status, 204);

    await timePasses(server, '61 minutes');
    t.equal(await countMailsTo(server, 'erased@example.com'), 0);
  });

  await t.test('has links that expire if no server was there to send them', async (t) => {
    const {server, contact, isDelayed} = await start(t);
    await countMails(server, {times: 60, client: SCHOOL});
    const {visitor} = await contact('waits@example.com');
    await server.sender.stop();
    await timePasses(server, '3 days');

    await expireLinksAndDeliveries(server.sql);

    t.equal(await isDelayed(visitor), false);
    t.equal((await getAuditRows(server, visitor.uuid, 'verification_expired')).length, 1);
  });

  await t.test('never gets more than 60 e-mails within an hour', async (t) => {
    const {server} = await start(t);
    for (let i = 0; i < 4; i++) {
      await countMails(server, {times: 50, client: SCHOOL});
      await timePasses(server, '25 minutes');
    }
    const [row] = await server.sql<{most: number}[]>`
      select max(counted)::int as most from (
        select count(*) over (partition by key order by counted_at
                              range between '59 minutes 59 seconds' preceding and current row)
          as counted from mail_counts) hours`;
    t.equal(row?.most, 60);
  });
});

const count = (outcomes: string[]) => {
  const counts: Record<string, number> = {};
  for (const outcome of outcomes) counts[outcome] = (counts[outcome] ?? 0) + 1;
  return counts;
};

import {once} from 'node:events';
import type {AddressInfo} from 'node:net';

import {SMTPServer} from 'smtp-server';
import t from 'tap';
import type {Test} from 'tap';

import type {Sql} from '../database/sql.js';
import {claimJobs, deadLetterExpired, rescheduleJob} from '../jobs/queue.js';
import {FaultProxy} from './fault-proxy.js';
import {getConfirmationLink, startMailbox} from './mailbox.js';
import {callSuccessfully} from './retry-while-busy.js';
import {kill, startProcessBeside} from './server-process.js';
import {startServer} from './start-server.js';
import type {TestServer} from './start-server.js';
import {until} from './until.js';
import {Visitor, request} from './visitor.js';

const AT_ONCE = 10;
const GENEROUS_MS = 120_000;

/**
 * Submits a contact. Each `i` has a separate IP address, so no limit on e-mails applies. A call that
 * a busy server refuses is repeated for the same visitor, because its change may still be made.
 */
const register = async ({url}: TestServer, i: number): Promise<void> => {
  const headers = {'x-forwarded-for': `10.1.${i >> 8}.${i & 255}`};
  const {body} = await callSuccessfully(() =>
    request<{uuid: string; token: string}>(url, 'POST', '/api/session/generate-uuid', {
      json: {},
      headers,
    }),
  );
  const visitor = new Visitor(url, body.uuid, body.token);
  const wording = 'May we store your data?';
  const consents = [{purpose: 'personal_data', granted: true, wording, locale: 'en'}];
  const json = {name: 'Anna Beispiel', email: getAddress(i), consents};
  await callSuccessfully(() => visitor.call('PUT', '/api/session/contact', {json, headers}));
};

const getAddress = (i: number) => `visitor-${i}@example.com`;

const registerAll = async (servers: TestServer[], count: number): Promise<void> => {
  let next = 0;
  const work = async () => {
    while (next < count) {
      const i = next++;
      await register(servers[i % servers.length] as TestServer, i);
    }
  };
  await Promise.all(Array.from({length: AT_ONCE}, work));
};

const waiting = async (sql: Sql): Promise<number> => (await sql`select from jobs`).length;

/** Starts a server that sends its e-mails through a proxy that can fail. */
const behindProxy = async (t: Test) => {
  const mailbox = await startMailbox(t);
  const proxy = await FaultProxy.start(t, mailbox.url);
  const options = {
    settings: {TRUST_PROXY: '127.0.0.1'},
    deps: {smtpUrl: proxy.replaceHost(mailbox.url)},
  };
  const server = await startServer(t, options);
  const beside = () => startServer(t, {...options, beside: server});
  return {mailbox, proxy, server, beside};
};

t.test('500 registrations during an SMTP outage lead to 500 distinct e-mails', async (t) => {
  const {mailbox, proxy, server, beside} = await behindProxy(t);
  const twin = await beside();
  await proxy.set('refuse');

  await registerAll([server, twin], 500);

  t.equal(await waiting(server.sql), 500);
  t.equal(mailbox.mails.length, 0);
  const tries = await server.sql<{attempts: number}[]>`select distinct attempts from jobs`;
  t.ok(
    tries.every(({attempts}) => attempts <= 1),
    'e-mails wait without a delivery attempt',
  );

  await proxy.set('pass');
  await until(async () => (await waiting(server.sql)) === 0, GENEROUS_MS);

  t.equal(mailbox.mails.length, 500);
  t.same(
    mailbox.receivers.map((to) => to.join()).sort(),
    Array.from({length: 500}, (_, i) => getAddress(i)).sort(),
  );
  t.equal(new Set(mailbox.mails.map(getConfirmationLink)).size, 500);
  t.equal(new Set(mailbox.mails.map(({messageId}) => messageId)).size, 500);
  t.match(
    await server.sql`select count(*)::int as count from audit_logs where event_type = 'verification_sent'`,
    [{count: 500}],
  );
});

for (const fault of ['refuse', 'cut', 'freeze'] as const) {
  t.test(`the sender reconnects to a mail server that was down (${fault})`, async (t) => {
    const {mailbox, proxy, server} = await behindProxy(t);
    await registerAll([server], 1);
    await mailbox.waitFor(getAddress(0));
    // Wait until the sender has deleted the job. If it is cut off before that, it sends again.
    await until(async () => (await waiting(server.sql)) === 0);
    await proxy.set(fault);

    for (let i = 1; i < 8; i++) await register(server, i);
    if (fault !== 'freeze') {
      await until(() =>
        server.logLines.some(({msg}) => String(msg).startsWith('the mail server is unavailable')),
      );
    }
    await proxy.set('pass');

    await until(async () => (await waiting(server.sql)) === 0, 30_000);
    t.same(
      mailbox.receivers.map((to) => to.join()).sort(),
      Array.from({length: 8}, (_, i) => getAddress(i)),
    );
    const told = server.logLines.filter(({msg}) =>
      String(msg).startsWith('the mail server is unavailable'),
    );
    t.ok(told.length <= 1, 'reported once, not for each e-mail');
    t.notMatch(JSON.stringify(told), /visitor-/);
  });
}

t.test('an e-mail whose connection is closed delays no other e-mail', async (t) => {
  const got: string[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['AUTH', 'STARTTLS'],
    onRcptTo(address, session, done) {
      if (address.address === getAddress(0)) {
        for (const item of (
          server as unknown as {connections: Set<{_socket: {destroy(): void}; session: unknown}>}
        ).connections) {
          if (item.session === session) item._socket.destroy();
        }
        return;
      }
      done();
    },
    onData(stream, session, done) {
      stream.resume();
      stream.on('end', () => {
        got.push(...session.envelope.rcptTo.map(({address}) => address));
        done();
      });
    },
  });
  server.on('error', () => undefined);
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  t.teardown(() => new Promise<void>((resolve) => server.close(resolve)));
  const {port} = server.server.address() as AddressInfo;
  const ours = await startServer(t, {
    settings: {TRUST_PROXY: '127.0.0.1'},
    deps: {smtpUrl: `smtp://127.0.0.1:${port}`},
  });

  for (let i = 0; i < 12; i++) await register(ours, i);

  await until(() => got.length === 11, 30_000);
  t.notOk(got.includes(getAddress(0)));
  t.match(await ours.sql`select attempts > 0 as tried, state from jobs`, [
    {tried: true, state: 'queued'},
  ]);
});

/** Starts another server, which is the only sender, and cannot finish sending the first e-mail. */
const startDoomedSender = async (t: Test) => {
  const {mailbox, proxy, server} = await behindProxy(t);
  await server.sender.stop();
  await proxy.set('freeze');
  const doomed = await startProcessBeside(t, server, {
    SMTP_URL: proxy.replaceHost(mailbox.url),
    TRUST_PROXY: '127.0.0.1',
  });
  await register(server, 1);
  return {mailbox, proxy, server, doomed};
};

t.test('another server sends a killed sender’s e-mail with the same Message-ID', async (t) => {
  const {mailbox, proxy, server, doomed} = await startDoomedSender(t);
  const job = async () =>
    (
      await server.sql<{id: string; taken: boolean}[]>`
    select id, leased_until is not null as taken from jobs`
    )[0];
  await until(async () => (await job())?.taken ?? false, 30_000);
  await kill(doomed.child);
  await proxy.set('pass');

  const other = await startServer(t, {
    beside: server,
    deps: {smtpUrl: proxy.replaceHost(mailbox.url)},
  });
  t.equal((await claimJobs(server.sql, 5)).length, 0, 'its lease is still valid');
  const id = (await job())?.id ?? '';
  await server.sql`update jobs set leased_until = now() - interval '1 second'`;
  other.sender.wake();

  const mail = await mailbox.waitFor(getAddress(1));
  await until(async () => (await waiting(server.sql)) === 0);
  t.match(mail.messageId, id);
});

t.test('a kill after sending repeats the e-mail once, with the same Message-ID', async (t) => {
  const {mailbox, proxy, server, doomed} = await startDoomedSender(t);
  const taken = () => server.sql`select from jobs where leased_until is not null`;
  await until(async () => (await taken()).length === 1, 30_000);

  await server.sql.begin(async (tx) => {
    // The lock blocks the update of the row after the mail server has accepted the e-mail.
    await tx`select from jobs for update`;
    await proxy.set('pass');
    await mailbox.waitFor(getAddress(1));
    await kill(doomed.child);
  });
  t.equal(await waiting(server.sql), 1);
  await server.sql`update jobs set leased_until = now() - interval '1 second'`;
  const others = await Promise.all(
    [1, 2].map(() => startServer(t, {beside: server, deps: {smtpUrl: mailbox.url}})),
  );
  for (const {sender} of others) sender.wake();

  await until(async () => (await waiting(server.sql)) === 0);
  t.same(mailbox.receivers, [[getAddress(1)], [getAddress(1)]]);
  t.equal(new Set(mailbox.mails.map(({messageId}) => messageId)).size, 1);
});

t.test('pauses grow to an hour, and retries end after a day', async (t) => {
  const {sql} = await startServer(t);
  await sql`insert into jobs (kind, payload) values ('mail', '{"template": "lead"}')`;
  const pauses: number[] = [];
  for (let i = 0; i < 8; i++) {
    const [job] = await claimJobs(sql, 1);
    if (!job) throw new Error('There is no job to claim.');
    t.equal(await rescheduleJob(sql, job, '451'), false);
    const [row] = await sql<{seconds: number}[]>`
      select extract(epoch from run_at - now())::float8 as seconds from jobs`;
    pauses.push(Math.round((row?.seconds ?? 0) / 5) * 5);
    await sql`update jobs set run_at = now()`;
  }
  t.same(pauses, [5, 30, 120, 600, 1_800, 3_600, 3_600, 3_600]);

  await sql`update jobs set created_at = now() - interval '23 hours'`;
  t.same(await deadLetterExpired(sql), []);
  await sql`update jobs set created_at = now() - interval '25 hours'`;
  const [job] = await claimJobs(sql, 1);
  t.same(await deadLetterExpired(sql), [], 'a job in progress is kept');
  t.equal(job && (await rescheduleJob(sql, job, '451')), true);
  t.match(await sql`select state from jobs`, [{state: 'dead'}]);
  t.equal((await claimJobs(sql, 1)).length, 0);
});

t.test('no content of an e-mail adds a header or a receiver', async (t) => {
  const server = await startServer(t);
  await server.sql`
    update sites set name = ${'Evil\r\nBcc: evil@example.com\r\n\r\n<b>x</b>'},
                     notify_email = 'owner@example.com'`;
  const visitor = await Visitor.consenting(server.url);
  await visitor.contact('good@example.com', 'A & <i>B</i>');
  const mail = await server.mailbox.waitFor('good@example.com');
  await fetch(getConfirmationLink(mail), {method: 'POST'});
  const lead = await server.mailbox.waitFor('owner@example.com');

  for (const email of [mail, lead]) {
    t.notOk(email.headers.some(({key}) => key === 'bcc' || key === 'cc'));
    t.notMatch(email.html, /<b>x<\/b>|<i>/);
    t.ok(email.text && email.html, 'text and HTML');
    t.equal(email.headers.find(({key}) => key === 'auto-submitted')?.value, 'auto-generated');
  }
  t.match(lead.text, /A & <i>B<\/i>/);
  t.same(server.mailbox.receivers, [['good@example.com'], ['owner@example.com']]);

  const other = await Visitor.consenting(server.url);
  await server.sender.stop();
  await other.contact('other@example.com');
  await server.sql`
    update email_verifications set address = ${'x@example.com>\r\nRCPT TO:<evil@example.com'}
    where session_uuid = ${other.uuid}`;
  const twin = await startServer(t, {beside: server});
  twin.sender.wake();
  await until(
    async () => (await server.sql`select from jobs where last_error is not null`).length === 1,
  );
  t.notOk(server.mailbox.receivers.flat().includes('evil@example.com'));
});

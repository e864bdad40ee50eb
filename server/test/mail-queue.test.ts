import t from 'tap';

import {confirmLink} from './contact-helpers.js';
import {freePort} from './free-port.js';
import {getConfirmationLink, startMailbox} from './mailbox.js';
import {startServer} from './start-server.js';
import {until} from './until.js';
import {Visitor} from './visitor.js';

void t.test('e-mail that cannot be sent now', async (t) => {
  await t.test('arrives once with the same link when the SMTP server is back', async (t) => {
    const port = await freePort();
    const server = await startServer(t, {deps: {smtpUrl: `smtp://127.0.0.1:${port}`}});
    const visitor = await Visitor.consenting(server.url);

    t.equal((await visitor.contact('outage@example.com')).status, 202);
    const tried = async () => {
      const [row] = await server.sql<{attempts: number; last_error: string | null}[]>`
        select attempts, last_error from jobs`;
      return row;
    };
    await until(async () => Boolean((await tried())?.last_error));
    t.notMatch((await tried())?.last_error, /outage|@/);

    const mailbox = await startMailbox(t, port);
    await server.sql`update jobs set run_at = now()`;
    server.sender.wake();
    const mail = await mailbox.waitFor('outage@example.com');

    await until(async () => (await server.sql`select from jobs`).length === 0);
    t.equal(mailbox.mails.length, 1);
    t.match(await (await confirmLink(getConfirmationLink(mail))).text(), /Thank you/);
  });

  await t.test('keeps its link and its Message-ID on every retry', async (t) => {
    const server = await startServer(t);
    await server.sender.stop();
    const visitor = await Visitor.consenting(server.url);
    await visitor.contact('repeat@example.com');
    const [job] = await server.sql`select * from jobs`;
    const other = await startServer(t, {beside: server});

    other.sender.wake();
    const first = await server.mailbox.waitFor('repeat@example.com');
    await until(async () => (await server.sql`select from jobs`).length === 0);
    await server.sql`insert into jobs ${server.sql({...job, payload: server.sql.json(job?.['payload'] as never)})}`;
    other.sender.wake();
    const second = await server.mailbox.waitFor('repeat@example.com', 1);

    t.equal(getConfirmationLink(second), getConfirmationLink(first));
    t.equal(second.messageId, first.messageId);
  });

  await t.test('two senders on one queue send each e-mail once', async (t) => {
    const server = await startServer(t);
    const twin = await startServer(t, {beside: server});
    await server.sender.stop();
    const addresses = Array.from({length: 8}, (_, i) => `shared-${i}@example.com`);
    for (const address of addresses) {
      await (await Visitor.consenting(server.url)).contact(address);
    }
    const third = await startServer(t, {beside: server});

    twin.sender.wake();
    third.sender.wake();

    for (const address of addresses) await server.mailbox.waitFor(address);
    await until(async () => (await server.sql`select from jobs`).length === 0);
    t.equal(server.mailbox.mails.length, 8);
  });

  await t.test('is dropped after a day, and the operator is notified', async (t) => {
    const port = await freePort();
    const server = await startServer(t, {deps: {smtpUrl: `smtp://127.0.0.1:${port}`}});
    const visitor = await Visitor.consenting(server.url);
    await server.sender.stop();
    await visitor.contact('never@example.com');
    await server.sql`update jobs set created_at = now() - interval '25 hours'`;
    const other = await startServer(t, {
      beside: server,
      deps: {smtpUrl: `smtp://127.0.0.1:${port}`},
    });

    other.sender.wake();

    await until(async () => (await server.sql`select from alerts`).length === 1);
    t.match(await server.sql`select state from jobs where payload->>'template' = 'confirmation'`, [
      {state: 'dead'},
    ]);
  });

  await t.test('is never sent for an erased session', async (t) => {
    const server = await startServer(t);
    const visitor = await Visitor.consenting(server.url);
    await server.sender.stop();
    await visitor.contact('erased@example.com');

    await visitor.call('DELETE', '/api/session');

    t.equal((await server.sql`select from jobs`).length, 0);
  });
});

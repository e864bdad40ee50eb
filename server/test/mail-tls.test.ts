import {randomUUID} from 'node:crypto';

import t from 'tap';

import {MailSender} from '../mail/sender.js';
import {ConfirmationLinks} from '../mail/links.js';
import {composeMail} from '../notifications/compose-mail.js';
import {DatabaseOutage} from '../alerts/database-outage.js';
import {startServer} from './start-server.js';
import {until} from './until.js';
import {Visitor} from './visitor.js';

t.test('a server without TLS gets no e-mail if TLS is required', async (t) => {
  const server = await startServer(t);
  const {sql, config, mailbox} = server;
  await server.sender.stop();
  const visitor = await Visitor.consenting(server.url);
  const email = `${randomUUID()}@example.com`;
  await visitor.contact(email);
  const links = new ConfirmationLinks(config.secrets, config.publicUrl);
  const senderWith = (requireTls: boolean) =>
    new MailSender({
      sql,
      config: {...config, mail: {...config.mail, requireTls}},
      beforeSend: () => Promise.resolve(),
      compose: (job) => composeMail({sql, config, links}, job),
      smtpUrl: mailbox.url,
      log: server.app.log,
      outage: new DatabaseOutage(),
    });

  const strict = senderWith(true);
  strict.wake();
  await until(async () => (await sql`select from jobs where last_error is not null`).length === 1);
  await strict.stop();
  t.same(mailbox.mails, []);
  const [job] = await sql<{last_error: string}[]>`select last_error from jobs`;
  t.match(job?.last_error, /ETLS|STARTTLS/);

  const lenient = senderWith(false);
  await sql`update jobs set run_at = now(), leased_until = null`;
  lenient.wake();
  await mailbox.waitFor(email);
  await lenient.stop();
});

import t from 'tap';

import {createPendingContact, OWNER_EMAIL, confirmLink} from './contact-helpers.js';
import {startServer} from './start-server.js';

const FROM = 'chat@operator.example';

void t.test('e-mails are sent from MAIL_FROM under the name of the site', async (t) => {
  const server = await startServer(t, {settings: {MAIL_FROM: FROM}});
  const names: [stored: string, shown: string][] = [
    ['Demo', 'Demo'],
    ['Café Müller', 'Café Müller'],
    ['عيادة السلام', 'عيادة السلام'],
    ['株式会社サンプル 🌻', '株式会社サンプル 🌻'],
    [
      'Ä long nâme of a site that does not fit in one encoded word, because it has 100 characters or more',
      'Ä long nâme of a site that does not fit in one encoded word, because it has 100 characters or more',
    ],
    ['Smith, Jones & Sons; "Law"', 'Smith, Jones & Sons; "Law"'],
    ['Bank <service@bank.example>', 'Bank <service@bank.example>'],
    ['Bänk <service@bank.example>, x', 'Bänk <service@bank.example>, x'],
    ['A\\" <a@bank.example>', 'A\\" <a@bank.example>'],
    ['A\r\nBcc: victim@example.com', 'A Bcc: victim@example.com'],
    ['Knab\u202e\u2066 Bank\ufeff', 'Knab Bank'],
    ['\u202e', ''],
  ];
  for (const [i, [stored, shown]] of names.entries()) {
    await t.test(JSON.stringify(stored), async (t) => {
      await server.sql`update sites set name = ${stored} where key = 'demo'`;
      const {mail} = await createPendingContact(server, `reader-${i}@example.com`);

      t.same([mail.from?.name, mail.from?.address], [shown, FROM]);
      t.same(
        mail.headers.filter(({key}) => key === 'from' || key === 'bcc').map(({key}) => key),
        ['from'],
      );
      const raw = mail.headerLines.find(({key}) => key === 'from')?.line ?? '';
      t.match(raw, /^[\x20-\x7e\r\n\t]+$/, 'only ASCII');
      t.ok(raw.trimEnd().endsWith(FROM) || raw.trimEnd().endsWith(`<${FROM}>`), raw);
      t.same(server.mailbox.receivers.at(-1), [`reader-${i}@example.com`]);
    });
  }
});

void t.test('the e-mails to the site’s owner have the name of the site, too', async (t) => {
  const server = await startServer(t, {settings: {MAIL_FROM: FROM}});
  await server.sql`update sites set name = 'Café Müller' where key = 'demo'`;
  const {link} = await createPendingContact(server, 'lead@example.com');
  await confirmLink(link);

  const mail = await server.mailbox.waitFor(OWNER_EMAIL);

  t.same([mail.from?.name, mail.from?.address], ['Café Müller', FROM]);
});

import type {Email} from 'postal-mime';
import t from 'tap';

import {
  OWNER_EMAIL,
  confirmLink,
  createPendingContact,
  getWholeMail,
  resetMailLimits,
} from './contact-helpers.js';
import {writeMessage} from './responder-helpers.js';
import {startServer} from './start-server.js';
import type {TestServer} from './start-server.js';
import {until} from './until.js';
import {Visitor} from './visitor.js';

const WRITTEN = /^A visitor has written/;

/** Writes a message for which a person is needed, and returns the mail to the owner. */
const writeToOwner = async (server: TestServer, visitor: Visitor): Promise<Email> => {
  await writeMessage(visitor, 'When is the office open?');
  const find = () =>
    server.mailbox.mails.find(
      ({subject, text}) => WRITTEN.test(subject ?? '') && text?.includes(visitor.uuid),
    );
  await until(() => find() !== undefined);
  return find() as Email;
};

const getReplyTo = ({replyTo}: Email) => replyTo?.map(({address}) => address);

void t.test('the e-mail about a message lets the owner answer', async (t) => {
  const server = await startServer(t, {repliesToMessages: true});

  await t.test('a visitor with a confirmed e-mail address', async (t) => {
    const {visitor, link} = await createPendingContact(server, 'zora@example.com');
    await confirmLink(link);

    const mail = await writeToOwner(server, visitor);

    t.same(getReplyTo(mail), ['zora@example.com']);
    t.match(mail.text, /E-mail address \(confirmed\):\n {2}zora@example\.com\n/);
    t.match(mail.text, /Reply to this e-mail to write to the visitor\.\n/);
  });

  await t.test('a visitor with an unconfirmed e-mail address', async (t) => {
    const {visitor} = await createPendingContact(server, 'new@example.com');

    const mail = await writeToOwner(server, visitor);

    t.same(getReplyTo(mail), ['new@example.com']);
    t.match(mail.text, /E-mail address \(not confirmed yet\):\n {2}new@example\.com\n/);
    t.match(mail.text, /send nothing confidential/);
  });

  await t.test('a visitor who has corrected an unconfirmed e-mail address', async (t) => {
    const {visitor} = await createPendingContact(server, 'typo@exmaple.com');
    await resetMailLimits(server);
    await visitor.call('PATCH', '/api/session', {json: {email: 'right@example.com'}});

    const mail = await writeToOwner(server, visitor);

    t.same(getReplyTo(mail), ['right@example.com']);
    t.notMatch(mail.text, /exmaple/);
  });

  await t.test('but not a visitor without an e-mail address', async (t) => {
    const visitor = await Visitor.consenting(server.url);

    const mail = await writeToOwner(server, visitor);

    t.notOk(mail.replyTo?.length);
    t.match(mail.text, /You cannot answer yet[^]*Maria has asked for it/);
    t.match(mail.text, /E-mail address:\n {2}not given yet\n/);
    t.notMatch(mail.text, /expects an answer|Reply to this e-mail to/);
  });

  await t.test('and contains neither the message nor a name', async (t) => {
    for (const mail of server.mailbox.mails.filter(({subject}) => WRITTEN.test(subject ?? ''))) {
      t.notMatch(getWholeMail(mail), /office|Zora Z/);
      t.notMatch(mail.subject, /@/);
    }
  });

  await t.test('and no e-mail to an owner names a command', async (t) => {
    const mails = server.mailbox.mails.filter((_, i) =>
      server.mailbox.receivers[i]?.includes(OWNER_EMAIL),
    );
    t.equal(mails.length, 5, 'four messages and one confirmed e-mail address');
    for (const mail of mails) {
      t.notMatch(getWholeMail(mail), /maria export|--uuid|npx/);
      t.match(mail.text, /Ask the administrator of your chat server to export this request/);
    }
  });
});

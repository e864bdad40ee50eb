import type {Email} from 'postal-mime';
import t from 'tap';

import type {Step} from '../contract/conversation.js';
import {arriveAt, saveQuestions} from './answer-helpers.js';
import {
  OWNER_EMAIL,
  confirmLink,
  createPendingContact,
  getWholeMail,
  resetMailLimits,
} from './contact-helpers.js';
import {getConfirmationLink} from './mailbox.js';
import {writeMessage} from './responder-helpers.js';
import {OwnerClient} from './owner-client.js';
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

const findLead = (server: TestServer, visitor: Visitor) =>
  server.mailbox.mails.find(
    ({subject, text}) => subject?.startsWith('New request') && text?.includes(visitor.uuid),
  );

/** Confirms the e-mail address, and returns the e-mail about the request. */
const readLead = async (server: TestServer, visitor: Visitor, link: string): Promise<Email> => {
  await confirmLink(link);
  await until(() => findLead(server, visitor) !== undefined);
  return findLead(server, visitor) as Email;
};

void t.test('the e-mail about a request', async (t) => {
  // A link to the lead replaces the advice if there is a console.
  const server = await startServer(t, {settings: {CONSOLE: 'false'}});

  await t.test('says how many messages the visitor has written, without their texts', async (t) => {
    for (const [count, line] of [
      [1, '1 message'],
      [2, '2 messages'],
    ] as const) {
      const {visitor, link} = await createPendingContact(server, `writer-${count}@example.com`);
      for (let i = 0; i < count; i++) await writeMessage(visitor, `Is plugh ${i} open?`);

      const mail = await readLead(server, visitor, link);

      for (const part of [mail.text ?? '', mail.html ?? '']) {
        t.ok(part.includes(`${line}, not included in this e-mail`), line);
        t.match(part, /How to read the messages/);
        t.notMatch(part, /plugh/);
      }
    }
  });

  await t.test('does not mention messages if there are none', async (t) => {
    const {visitor, link} = await createPendingContact(server, 'silent@example.com');

    const {text} = await readLead(server, visitor, link);

    t.notMatch(text, /message/i);
    t.match(text, /How to get all stored data:\n {2}Ask the administrator/);
  });

  await t.test('lists the answers in the order of the conversation, as in the CSV', async (t) => {
    const ask = (field: string, kind: 'text' | 'number' | 'date' = 'text'): Step => ({
      id: field,
      type: 'ask',
      kind,
      field,
      text: `Your ${field}?`,
    });
    const [town, price, day] = [ask('town'), ask('price', 'number'), ask('day', 'date')];
    await saveQuestions(server, 'edited', [town, ask('floor'), price, day]);
    const visitor = await arriveAt(server, 'edited');
    await visitor.call('POST', '/api/session/progress', {json: {step: 'floor'}});
    const answers = {town: 'Köln', price: 12_000, day: '2027-01-31'};
    await visitor.contact('edited@example.com', 'Anna', {locale: 'de', answers});
    const link = getConfirmationLink(await server.mailbox.waitFor('edited@example.com'));
    await saveQuestions(server, 'edited', [day, ask('new'), price, ask('floor'), ask('other')]);

    const {text} = await readLead(server, visitor, link);

    const asked = [...(text ?? '').matchAll(/^Your (.+):\n {2}(.+)$/gm)];
    t.same(
      asked.map(([, question, answer]) => [question, answer]),
      [
        ['town? (no longer asked)', 'Köln'],
        ['day?', '31. Januar 2027 (2027-01-31)'],
        ['price?', '12.000 (12000)'],
        ['floor? (no answer sent)', '–'],
      ],
    );
  });

  await t.test('names only the consents for which the conversation asks', async (t) => {
    const training: Step = {id: 'training', type: 'consent', purpose: 'ai_training'};
    for (const [site, steps, line] of [
      ['silent', [], undefined],
      ['training', [training], 'Training the AI assistant with the files: not asked'],
      [
        'reading',
        [{...training, purpose: 'ai_answers'}],
        'AI assistant reading the files: not asked',
      ],
    ] as [string, Step[], string | undefined][]) {
      await saveQuestions(server, site, steps);
      const visitor = await arriveAt(server, site);
      await visitor.contact(`consents-${site}@example.com`, 'Anna', {});
      const link = getConfirmationLink(
        await server.mailbox.waitFor(`consents-${site}@example.com`),
      );

      const {text} = await readLead(server, visitor, link);

      const [, consents = ''] = /\nConsents:\n((?: {2}.+\n)+)/.exec(text ?? '') ?? [];
      const lines = consents.trimEnd().split('\n');
      t.match(lines[0], /Storing the data: granted/);
      t.same(lines.slice(1), line === undefined ? [] : [`  ${line}`], site);
    }
  });
});

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
    }
  });

  await t.test('and each e-mail to an owner opens the lead in the console', async (t) => {
    const mails = server.mailbox.mails.filter((_, i) =>
      server.mailbox.receivers[i]?.includes(OWNER_EMAIL),
    );
    for (const {text, html} of mails) {
      const [, reference] = /Reference:\n {2}(\S+)/.exec(text ?? '') ?? [];
      const url = `${server.config.publicUrl}/console/leads/${reference}`;
      t.ok(text?.includes(`Open in the console:\n${url}\n`));
      t.ok(html?.includes(`href="${url}"`));
    }
  });
});

t.test('an e-mail has no link if the account of its recipient cannot open the lead', async (t) => {
  const server = await startServer(t);
  const account = await OwnerClient.create(server, {
    ...{email: OWNER_EMAIL, roles: {workshop: 'owner', demo: 'observer'}},
  });
  const {link} = await createPendingContact(server, 'zora@example.com');
  await confirmLink(link);
  server.sender.wake();
  const mail = await server.mailbox.waitFor(OWNER_EMAIL);
  t.match(mail.text, /Ask the administrator of your chat server to export this request/);
  t.notMatch(getWholeMail(mail), /\/console\//);

  await server.sql`
    update memberships set role = 'agent'
    where account_id = ${account.accountId} and site_key = 'demo'`;
  const {link: second} = await createPendingContact(server, 'yara@example.com');
  await confirmLink(second);
  server.sender.wake();
  t.match((await server.mailbox.waitFor(OWNER_EMAIL, 1)).text, /\/console\/leads\//);
});

t.test('without the console, an e-mail to the owner names the administrator', async (t) => {
  const server = await startServer(t, {settings: {CONSOLE: 'false'}});
  const {link} = await createPendingContact(server, 'zora@example.com');
  await confirmLink(link);
  server.sender.wake();

  const mail = await server.mailbox.waitFor(OWNER_EMAIL);

  t.match(mail.text, /Ask the administrator of your chat server to export this request/);
  t.notMatch(getWholeMail(mail), /console/i);
});

import t from 'tap';

import {
  OWNER_EMAIL,
  getLinks,
  countMailsTo,
  createPendingContact,
  confirmLink,
  getSessionRow,
} from './contact-helpers.js';
import {getConfirmationLink} from './mailbox.js';
import {getAuditRows} from './session-helpers.js';
import {startServer} from './start-server.js';
import {Visitor} from './visitor.js';

void t.test('PATCH /api/session', async (t) => {
  const server = await startServer(t);
  const patch = (visitor: Visitor, json: object) =>
    visitor.call<Record<string, unknown>>('PATCH', '/api/session', {json});

  await t.test('a new e-mail address takes effect when it is confirmed', async (t) => {
    const {visitor, link} = await createPendingContact(server, 'old@example.com');
    await confirmLink(link);

    const {status, body} = await patch(visitor, {email: 'new@example.com'});

    t.equal(status, 200);
    t.match(body, {
      state: 'complete',
      email_masked: 'o•••@example.com',
      pending_email_masked: 'n•••@example.com',
    });
    t.match(await getSessionRow(server, visitor.uuid), {email: 'old@example.com', verified: true});
    await confirmLink(getConfirmationLink(await server.mailbox.waitFor('new@example.com')));
    t.match(await getSessionRow(server, visitor.uuid), {email: 'new@example.com', verified: true});
    t.match((await visitor.session()).body, {
      state: 'complete',
      email_masked: 'n•••@example.com',
      pending_email_masked: null,
    });
    const toOwner = async () => {
      const count = await countMailsTo(server, OWNER_EMAIL);
      const {subject, text} = await server.mailbox.waitFor(OWNER_EMAIL, count - 1);
      return {count, subject, text};
    };
    t.match(await toOwner(), {
      count: 2,
      subject: /^E-mail address changed – /,
      text: /confirmed another e-mail address[^]*new@example\.com/,
    });
    t.equal((await getAuditRows(server, visitor.uuid, 'data_rectified')).length, 1);
  });

  await t.test('corrects a typo before the confirmation', async (t) => {
    const {visitor, link} = await createPendingContact(server, 'typo@exmaple.com');

    await patch(visitor, {email: 'typo@example.com'});

    const newer = getConfirmationLink(await server.mailbox.waitFor('typo@example.com'));
    t.equal((await confirmLink(link)).status, 410);
    t.match((await visitor.session()).body, {state: 'pending', email_masked: 't•••@exmaple.com'});
    t.equal((await confirmLink(newer)).status, 200);
    t.match((await visitor.session()).body, {state: 'complete', email_masked: 't•••@example.com'});
  });

  await t.test('returning to the confirmed e-mail address cancels the change', async (t) => {
    const {visitor, link} = await createPendingContact(server, 'stay@example.com');
    await confirmLink(link);
    await patch(visitor, {email: 'leave@example.com'});
    const change = getConfirmationLink(await server.mailbox.waitFor('leave@example.com'));

    const {body} = await patch(visitor, {email: 'stay@example.com'});

    t.match(body, {email_masked: 's•••@example.com', pending_email_masked: null});
    t.equal((await confirmLink(change)).status, 410);
    t.match(await getSessionRow(server, visitor.uuid), {email: 'stay@example.com'});
    await patch(visitor, {email: 'leave@example.com'});
    t.ok(await server.mailbox.waitFor('leave@example.com', 1), 'the change can be requested again');
  });

  await t.test('changes only the name', async (t) => {
    const {visitor} = await createPendingContact(server, 'rename@example.com');

    t.equal((await patch(visitor, {name: ' Zora  Neu '})).status, 200);

    t.match(await getSessionRow(server, visitor.uuid), {
      name: 'Zora Neu',
      email: 'rename@example.com',
    });
    t.equal((await getLinks(server, visitor.uuid)).length, 1);
    t.match(await getAuditRows(server, visitor.uuid, 'data_rectified'), [
      {metadata: {fields: ['name']}},
    ]);
  });

  await t.test('rejects the same values as contact, and changes nothing', async (t) => {
    const {visitor} = await createPendingContact(server, 'firm@example.com');
    const before = await getSessionRow(server, visitor.uuid);

    t.equal((await patch(visitor, {email: 'a@b'})).status, 422);
    t.equal((await patch(visitor, {name: ' ', email: 'x@example.com'})).status, 422);
    t.equal((await patch(visitor, {})).status, 400);
    t.equal((await patch(visitor, {verified: true})).status, 400);
    t.equal((await patch(await Visitor.consenting(server.url), {name: 'X'})).status, 404);

    t.same(await getSessionRow(server, visitor.uuid), before);
    t.equal(await countMailsTo(server, 'x@example.com'), 0);
  });

  await t.test('withdraws the training consent in the session’s row', async (t) => {
    const {visitor} = await createPendingContact(server, 'train@example.com');
    const decide = (granted: boolean) =>
      patch(visitor, {
        consents: [{purpose: 'ai_training', granted, wording: 'May we?', locale: 'en'}],
      });
    const training = async () => {
      const [row] = await server.sql<{on: boolean}[]>`
        select consent_ai_training as on from user_sessions where uuid = ${visitor.uuid}`;
      return row?.on;
    };

    await decide(true);
    t.equal(await training(), true);
    await decide(false);
    t.equal(await training(), false);
  });
});

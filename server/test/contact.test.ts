import t from 'tap';

import {
  VISITOR_NAME,
  resetMailLimits,
  getLinks,
  countMailsTo,
  createPendingContact,
  getSessionRow,
} from './contact-helpers.js';
import {getConfirmationLink} from './mailbox.js';
import {makePdf} from './pdf.js';
import {getAuditRows} from './session-helpers.js';
import {startServer} from './start-server.js';
import {Visitor} from './visitor.js';

void t.test('the submission of an e-mail address', async (t) => {
  const server = await startServer(t);

  await t.test('creates the session, and sends a link only to this e-mail address', async (t) => {
    const visitor = await Visitor.consenting(server.url);
    await visitor.consent({ai_training: true});
    await visitor.upload(makePdf());
    t.equal((await server.sql`select from user_sessions`).length, 0, 'no session before it');

    const {status, body} = await visitor.contact('first@example.com', VISITOR_NAME);

    t.equal(status, 202);
    t.same(body, {state: 'pending', email_masked: 'f•••@example.com', delayed: false});
    t.match(await server.sql`select * from user_sessions`, [
      {
        uuid: visitor.uuid,
        site_key: 'demo',
        name: VISITOR_NAME,
        email: 'first@example.com',
        ip_address: '127.0.0.1',
        consent_personal_data: true,
        consent_ai_training: true,
        verified: false,
        completed_at: null,
      },
    ]);
    const mail = await server.mailbox.waitFor('first@example.com');
    t.match(getConfirmationLink(mail), new RegExp(`^${server.config.publicUrl}/verify/`));
    t.same(server.mailbox.receivers, [['first@example.com']]);
    t.equal((await getAuditRows(server, visitor.uuid, 'contact_given')).length, 1);
    t.match(await getAuditRows(server, visitor.uuid, 'verification_sent'), [
      {metadata: {mailed: true}},
    ]);
    t.equal((await visitor.files()).length, 1);
  });

  await t.test('requires consent to storage, before or with it', async (t) => {
    const visitor = await Visitor.arrive(server.url);
    const decision = {purpose: 'personal_data', wording: 'May we?', locale: 'en'};

    const none = await visitor.contact('none@example.com');
    const refused = await visitor.contact('none@example.com', VISITOR_NAME, {
      consents: [{...decision, granted: false}],
    });
    t.same([none.status, none.body['code']], [403, 'consent_required']);
    t.same([refused.status, refused.body['code']], [403, 'consent_required']);
    t.equal(await getSessionRow(server, visitor.uuid), undefined);

    const given = await visitor.contact('given@example.com', VISITOR_NAME, {
      consents: [{...decision, granted: true}],
    });
    t.equal(given.status, 202);
    t.equal(await countMailsTo(server, 'none@example.com'), 0);
  });

  await t.test('changes and sends nothing if it is repeated', async (t) => {
    const {visitor} = await createPendingContact(server, 'twice@example.com');
    const before = await getSessionRow(server, visitor.uuid);

    const {status, body} = await visitor.contact('twice@example.com', VISITOR_NAME);

    t.same([status, body['state']], [202, 'pending']);
    t.same(await getSessionRow(server, visitor.uuid), before);
    t.equal((await getLinks(server, visitor.uuid)).length, 1);
    t.equal(await countMailsTo(server, 'twice@example.com'), 1);
  });

  await t.test('corrects the data, and records the correction', async (t) => {
    const {visitor} = await createPendingContact(server, 'wrong@example.com', {locale: 'en'});

    const {status, body} = await visitor.contact('right@example.com', 'Zora', {locale: 'de'});

    t.equal(status, 202);
    const expected = {state: 'pending', email_masked: 'w•••@example.com', delayed: false};
    t.same(body, expected, 'the e-mail address that counts');
    t.match((await visitor.session()).body, {
      name: 'Zora',
      pending_email_masked: 'r•••@example.com',
    });
    t.match((await server.mailbox.waitFor('right@example.com')).html, /lang="de"/);
    t.match(await getAuditRows(server, visitor.uuid, 'data_rectified'), [
      {metadata: {fields: ['name', 'email', 'locale']}},
    ]);
    await visitor.contact('right@example.com', 'Zora', {locale: 'de'});
    t.equal((await getAuditRows(server, visitor.uuid, 'data_rectified')).length, 1);
  });

  await t.test('eight times concurrently creates one session and one e-mail', async (t) => {
    await resetMailLimits(server);
    const visitor = await Visitor.consenting(server.url);

    const responses = await Promise.all(
      Array.from({length: 8}, () => visitor.contact('eight@example.com')),
    );

    t.same(new Set(responses.map(({status}) => status)), new Set([202]));
    t.equal((await getLinks(server, visitor.uuid)).length, 1);
    t.equal(await countMailsTo(server, 'eight@example.com'), 1);
  });

  await t.test('does not reveal whether an e-mail address is known', async (t) => {
    await createPendingContact(server, 'known@example.com');
    const answers = [];
    for (const email of ['known@example.com', 'fresh@example.com']) {
      const visitor = await Visitor.consenting(server.url);
      const {status, body} = await visitor.contact(email);
      answers.push([status, body['state'], Object.keys(body)]);
    }
    t.same(answers[0], answers[1]);
  });
});

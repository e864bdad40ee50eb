import t from 'tap';

import type {EventPage} from '../contract/events.js';
import {DEMO_OWNER} from '../text/email.js';
import {
  getMessages,
  getResponderSettings,
  waitForReplies,
  bodiesWithState,
  startModelServer,
  startReceiver,
  writeMessage,
  startServerWithModel,
} from './responder-helpers.js';
import {parseSession, readZip} from './read-zip.js';
import {startServer} from './start-server.js';
import type {TestServer} from './start-server.js';
import {until} from './until.js';
import {Visitor} from './visitor.js';

const settle = ({sql}: TestServer) =>
  until(async () => (await sql`select from turns where state <> 'done'`).length === 0);

const getOutcomes = async ({sql}: TestServer): Promise<string[]> => {
  const rows = await sql<{outcome: string}[]>`select outcome from turns order by message_id`;
  return rows.map(({outcome}) => outcome);
};

const getMailsAbout = ({mailbox}: TestServer, subject: RegExp) =>
  mailbox.mails.filter((mail) => subject.test(mail.subject ?? ''));

t.test('without a responder Maria announces once that a person will reply', async (t) => {
  const server = await startServer(t, {repliesToMessages: true});
  const visitor = await Visitor.consenting(server.url);
  await visitor.contact('anna@example.com', 'Anna', {locale: 'de'});

  await writeMessage(visitor, 'Geheime Frage nach XYZZY');
  await waitForReplies(visitor, 1);
  await settle(server);
  await writeMessage(visitor, 'Noch eine?');
  await settle(server);

  t.same(bodiesWithState(await waitForReplies(visitor, 1)), [
    'Vielen Dank für Ihre Nachricht. Jemand aus unserem Team liest Ihre Nachricht und antwortet Ihnen per E\u2011Mail.',
  ]);
  await until(() => getMailsAbout(server, /A visitor has written/).length === 1);
  const [mail] = getMailsAbout(server, /A visitor has written/);
  t.equal(mail?.to?.[0]?.address, DEMO_OWNER);
  t.match(mail?.text, visitor.uuid);
  t.notMatch(`${mail?.subject} ${mail?.text} ${mail?.html}`, /XYZZY|Anna/);
});

t.test('a reply asks for the e-mail address only if none is known', async (t) => {
  const server = await startServer(t, {repliesToMessages: true});
  const stranger = await Visitor.consenting(server.url);
  const known = await Visitor.consenting(server.url);
  await known.contact('anna@example.com');

  for (const visitor of [stranger, known]) await writeMessage(visitor, 'Are you there?');
  const [asking] = await waitForReplies(stranger);
  const [promising] = await waitForReplies(known);
  t.equal(asking?.asks_for_email, true);
  t.notOk(promising && 'asks_for_email' in promising);
  const [question] = await getMessages(stranger);
  t.notOk(question && 'asks_for_email' in question);

  const {body} = await stranger.call<EventPage>('GET', '/api/events?after=0', {
    headers: {accept: 'application/json'},
  });
  t.match(body.events.at(-1), {
    type: 'message_created',
    data: {message: {id: asking?.id, asks_for_email: true}},
  });
  const exported = await fetch(`${server.url}/api/session/export`, {headers: stranger.credentials});
  const {messages} = parseSession(readZip(Buffer.from(await exported.arrayBuffer())));
  t.match(messages, [{asks_for_email: false}, {asks_for_email: true}]);

  await stranger.contact('zora@example.com');
  t.equal((await waitForReplies(stranger))[0]?.asks_for_email, true, 'the message stays the same');
});

t.test('the owner gets one e-mail per session and ten minutes', async (t) => {
  const server = await startServer(t, {repliesToMessages: true});
  const visitor = await Visitor.consenting(server.url);

  for (let i = 0; i < 4; i++) {
    await writeMessage(visitor, `Message ${i}`);
    await settle(server);
  }

  await until(() => getMailsAbout(server, /A visitor has written/).length === 1);
  const waiting = await server.sql<{minutes: number}[]>`
    select extract(epoch from run_at - now())::float8 / 60 as minutes from jobs
    where payload->>'template' = 'message'`;
  t.equal(waiting.length, 1);
  t.ok((waiting[0]?.minutes ?? 0) > 8 && (waiting[0]?.minutes ?? 0) <= 10);
  t.match(bodiesWithState(await waitForReplies(visitor, 1)), [/leave your e.mail address/]);
});

t.test('the budgets of a session, a client and a site are shared by two replicas', async (t) => {
  const model = await startModelServer(t);
  const settings = getResponderSettings(model);
  const deps = {answering: {budgets: {perSession: 4, perSessionMinute: 100, perClientHour: 7}}};
  const server = await startServer(t, {repliesToMessages: true, settings, deps});
  const other = await startServer(t, {repliesToMessages: true, settings, deps, beside: server});
  const first = await Visitor.consenting(server.url);

  for (let i = 0; i < 6; i++) {
    await writeMessage(first.at(i % 2 ? server.url : other.url), `Question ${i}`);
    await settle(server);
  }
  t.equal((await model.getRequests()).length, 4);
  t.match(bodiesWithState(await waitForReplies(first, 6)).slice(3), [
    /^You said/,
    /can’t answer more questions/,
    /can’t answer more/,
  ]);

  const second = await Visitor.consenting(server.url);
  for (let i = 0; i < 4; i++) {
    await writeMessage(second, `Question ${i}`);
    await settle(server);
  }
  t.equal((await model.getRequests()).length, 7, 'both came from one IP address');
  t.same((await getOutcomes(server)).slice(4), [
    ...['budget_session', 'budget_session'],
    ...['answered', 'answered', 'answered', 'budget_client'],
  ]);
});

t.test('a site has a daily budget, and its owner is notified', async (t) => {
  const {model, server} = await startServerWithModel(t);
  await server.sql`update sites set settings = '{"responder_turns_per_day": 2}'`;

  for (let i = 0; i < 4; i++) {
    await writeMessage(await Visitor.consenting(server.url), `Question ${i}`);
    await settle(server);
  }

  t.equal((await model.getRequests()).length, 2);
  const used = ['answered', 'answered', 'budget_day', 'budget_day'];
  t.same(await getOutcomes(server), used);
  await until(() => getMailsAbout(server, /A visitor got no automatic reply/).length === 1);
});

t.test('many concurrent questions use exactly the budget', async (t) => {
  const model = await startModelServer(t);
  const deps = {answering: {budgets: {perClientHour: 5}}};
  const server = await startServer(t, {
    repliesToMessages: true,
    settings: getResponderSettings(model),
    deps,
  });
  const visitors = await Promise.all(
    Array.from({length: 12}, () => Visitor.consenting(server.url)),
  );

  await Promise.all(visitors.map((visitor) => writeMessage(visitor, 'Me first.')));
  await until(async () => (await getOutcomes(server)).length === 12);
  await settle(server);

  t.equal((await model.getRequests()).length, 5);
});

t.test('a responder that fails repeatedly is called again only after a pause', async (t) => {
  let works = false;
  const receiver = await startReceiver(t, (response) => {
    if (!works) response.writeHead(401).end();
    else {
      response.writeHead(200, {'content-type': 'application/json'});
      response.end('{"choices":[{"message":{"content":"Here I am."}}]}');
    }
  });
  const deps = {answering: {circuit: {failures: 3, withinMs: 60_000, openMs: 8_000}}};
  const server = await startServer(t, {
    repliesToMessages: true,
    settings: getResponderSettings(receiver),
    deps,
  });
  const visitor = await Visitor.consenting(server.url);

  for (let i = 0; i < 5; i++) {
    await writeMessage(visitor, `Question ${i}`);
    await settle(server);
  }
  t.equal(receiver.requests.length, 3, 'the last two questions were not sent');
  t.same(await getOutcomes(server), [
    ...['failed_http_error', 'failed_http_error', 'failed_http_error'],
    ...['failed_circuit_open', 'failed_circuit_open'],
  ]);

  works = true;
  await until(async () => {
    const another = await Visitor.consenting(server.url);
    await writeMessage(another, 'Are you there?');
    await settle(server);
    return (await waitForReplies(another))[0]?.body === 'Here I am.';
  });
  await until(() => getMailsAbout(server, /A visitor got no automatic reply/).length === 2);
  t.equal(
    getMailsAbout(server, /A visitor got no automatic reply/).length,
    2,
    'one e-mail for each cause and hour',
  );
  const texts = getMailsAbout(server, /A visitor got no automatic reply/).map(
    ({text}) => text ?? '',
  );
  t.match(texts.join(), /http_error 401/);
  t.notMatch(texts.join(), /Question/);
});

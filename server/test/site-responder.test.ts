import {writeFile} from 'node:fs/promises';
import path from 'node:path';

import t from 'tap';

import {siteCommand} from '../accounts/site-command.js';
import {
  waitForReplies,
  bodiesWithState,
  startModelServer,
  writeMessage,
} from './responder-helpers.js';
import {runCommand} from './run-command.js';
import {startServer} from './start-server.js';
import type {TestServer} from './start-server.js';
import {Visitor} from './visitor.js';

const set = async (server: TestServer, settings: object): Promise<string> => {
  const file = path.join(server.dataDir, 'settings.json');
  await writeFile(file, JSON.stringify(settings));
  return runCommand(server, siteCommand, 'set', 'demo', '--settings', file);
};

t.test('a site has a separate responder, whose key is not readable in the database', async (t) => {
  const model = await startModelServer(t);
  const settings = {ALLOW_PRIVATE_HOSTS: new URL(model.url).host};
  const server = await startServer(t, {repliesToMessages: true, settings});
  const responder = {kind: 'openai', url: model.url, model: 'echo', key: 'sk-very-secret'};

  await set(server, {responder, responder_instructions: 'We close at noon.'});
  const visitor = await Visitor.consenting(server.url);
  await writeMessage(visitor, 'Hello?');

  t.same(bodiesWithState(await waitForReplies(visitor)), ['You said: Hello?']);
  const [turn] = await model.getRequests();
  t.equal(turn?.authorization, 'Bearer sk-very-secret');
  t.match(turn?.body.messages[0]?.content, /We close at noon\./);
  const [row] = await server.sql<{text: string}[]>`select settings::text as text from sites`;
  t.notMatch(row?.text, /sk-very-secret/);
  const shown = await runCommand(server, siteCommand, 'show', 'demo', '--json');
  t.notMatch(shown, /sk-very-secret/);

  await set(server, (JSON.parse(shown) as {settings: object}).settings);
  await writeMessage(visitor, 'Still there?');
  t.equal((await waitForReplies(visitor, 2)).length, 2, 'the printed settings can be set again');
  t.equal((await model.getRequests())[1]?.authorization, 'Bearer sk-very-secret');
});

t.test('an unusable responder is rejected when it is set, with each error’s path', async (t) => {
  const server = await startServer(t);
  const refused = (settings: object, ...paths: RegExp[]) =>
    Promise.all(paths.map((path) => t.rejects(set(server, settings), path)));

  await refused({responder: {kind: 'robot'}}, /\/responder\/kind/);
  await refused(
    {responder: {kind: 'openai', url: 'http://127.0.0.1:1/v1', secret: 'x'}},
    /\/responder\/url: must not lead into a private network/,
    /\/responder\/model: is missing/,
    /\/responder\/secret: is not accepted/,
  );
  await refused(
    {responder: {kind: 'webhook', url: 'https://bot.example/', secret: 'short'}},
    /\/responder\/secret: must be whsec_/,
  );
  await refused(
    {responder: {kind: 'openai', url: 'https://a.example/v1', model: 'm', key: 'a\r\nb: c'}},
    /\/responder\/key/,
  );
  await refused({responder_documents: true}, /\/responder_documents: needs a step/);
});

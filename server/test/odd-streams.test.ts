import {setImmediate as soon} from 'node:timers/promises';

import t from 'tap';

import {
  getResponderSettings,
  waitForReplies,
  bodiesWithState,
  startReceiver,
  writeMessage,
} from './responder-helpers.js';
import {ODD_STREAMS} from './odd-streams.js';
import {startServer} from './start-server.js';
import type {TestServer} from './start-server.js';
import {until} from './until.js';
import {Visitor} from './visitor.js';

t.test('streams of real servers are understood or reported as failures', async (t) => {
  const names = Object.keys(ODD_STREAMS);
  const model = await startReceiver(t, async (response, _called, count) => {
    const {type = 'text/event-stream', status = 200, chunks} = ODD_STREAMS[names[count - 1] ?? '']!;
    response.writeHead(status, {'content-type': type});
    for (const chunk of chunks) {
      response.write(chunk);
      await soon();
    }
    response.end();
  });
  const server = await startServer(t, {
    repliesToMessages: true,
    settings: getResponderSettings(model),
    deps: {answering: NO_LIMITS},
  });

  for (const name of names) {
    const {says, fails} = ODD_STREAMS[name]!;
    const visitor = await Visitor.consenting(server.url);
    await writeMessage(visitor, 'Hello?');

    const texts = bodiesWithState(await waitForReplies(visitor, fails && says ? 2 : 1));
    if (!fails) t.same(texts, [says], name);
    else if (says) t.match(texts, [`failed: ${says}`, /couldn’t finish.*e\u2011mail/], name);
    else t.match(texts, [/couldn’t answer.*e\u2011mail/], name);
    const outcome = fails ? `failed_${fails}` : 'answered';
    await until(async () => (await getOutcome(server, visitor.uuid)) !== null);
    t.equal(await getOutcome(server, visitor.uuid), outcome, `${name}: ${outcome}`);
  }
  t.equal(model.requests.length, names.length, 'no request is repeated');
  t.notMatch(JSON.stringify(server.logLines), /sk-secret/, 'no text of these servers is logged');
});

const NO_LIMITS = {budgets: {perClientHour: 1_000}, circuit: {failures: 1_000}};

const getOutcome = async ({sql}: TestServer, uuid: string) => {
  const [turn] = await sql<
    {outcome: string}[]
  >`select outcome from turns where session_uuid = ${uuid}`;
  return turn?.outcome ?? null;
};

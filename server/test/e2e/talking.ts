import type {ServerResponse} from 'node:http';

import type {Test} from 'tap';

import {answeredBy, startReceiver} from '../answer-parts.js';
import {startServer} from '../start-server.js';
import type {TestServer} from '../start-server.js';
import {until} from '../until.js';
import type {Tab, VisitorBrowser} from './browsers/tab.js';
import {Visitor} from './browsers/visitor.js';
import {Visitor as Caller} from '../visitor.js';

/** Conversation in which visitors can write from the second step on. */
export const STEPS = [
  {id: 'personal_data', type: 'consent', purpose: 'personal_data'},
  {id: 'ask', type: 'assistant'},
  {id: 'files', type: 'upload'},
  {id: 'name', type: 'ask', field: 'name'},
  {id: 'email', type: 'ask', field: 'email'},
  {id: 'verify', type: 'verify_email'},
  {id: 'complete', type: 'end', outcome: 'complete'},
];

/** Time limits so long that the test decides when the model replies. */
const LONG_LIMITS = {firstByteMs: 240_000, silenceMs: 240_000, totalMs: 240_000};

/** A question to the model. The test sends the reply. */
export class Turn {
  isBrokenOff = false;

  constructor(
    readonly asked: string,
    private readonly response: ServerResponse,
  ) {
    response.writeHead(200, {'content-type': 'text/event-stream'}).flushHeaders();
    response.on('close', () => {
      this.isBrokenOff = !response.writableFinished;
    });
  }

  say(text: string): void {
    this.response.write(`data: ${JSON.stringify({choices: [{delta: {content: text}}]})}\n\n`);
  }

  breakOff(): void {
    this.response.destroy();
  }

  end(): void {
    this.response.end('data: [DONE]\n\n');
  }
}

export interface TalkServer extends TestServer {
  /** Waits until the model is asked this. Returns the turn. */
  turn: (asked: string) => Promise<Turn>;
}

/** Starts a server with a Chat Completions model that the test controls. */
export const startTalkServer = async (t: Test): Promise<TalkServer> => {
  const turns: Turn[] = [];
  const model = await startReceiver(t, (response, {body}) => {
    const {messages} = JSON.parse(body) as {messages: {content: string}[]};
    turns.push(new Turn(messages.at(-1)?.content ?? '', response));
  });
  const server = await startServer(t, {
    answers: true,
    settings: answeredBy(model),
    deps: {answering: {limits: LONG_LIMITS}},
  });
  await setConversation(server, STEPS);
  const turn = async (asked: string) => {
    const found = () => turns.find((one) => one.asked.includes(asked));
    await until(() => found() !== undefined);
    return found() as Turn;
  };
  return {...server, turn};
};

export const setConversation = async ({sql}: TestServer, steps: object[]): Promise<void> => {
  const settings = JSON.stringify({conversation: {version: 1, steps}});
  await sql`update sites set settings = ${settings}::text::jsonb where key = 'demo'`;
};

export interface Talker {
  tab: Tab;
  visitor: Visitor;
}

/** Opens the chat as a visitor who may write. */
export const arrive = async (
  browser: VisitorBrowser,
  url: string,
  onTheWay: (visitor: Visitor) => Promise<void> = async () => undefined,
): Promise<Talker> => {
  const tab = await browser.openTab();
  await tab.go(url);
  const visitor = new Visitor(tab);
  await visitor.press('Open chat');
  await visitor.press('I agree');
  await onTheWay(visitor);
  await visitor.untilSaid('Do you have a question?');
  return {tab, visitor};
};

/** Opens the same visitor's chat in another tab, where the panel opens automatically. */
export const arriveBeside = async (browser: VisitorBrowser, url: string): Promise<Talker> => {
  const tab = await browser.openTab();
  await tab.go(url);
  const visitor = new Visitor(tab);
  await visitor.press('Continue');
  return {tab, visitor};
};

/** Returns a client that makes the visitor's calls without the browser. */
export const callerOf = async ({visitor}: Talker, url: string): Promise<Caller> => {
  const [uuid = '', token = ''] = ((await visitor.stored('token')) ?? '').split(' ');
  return new Caller(url, uuid, token);
};

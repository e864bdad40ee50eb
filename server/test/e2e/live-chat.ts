import type {ServerResponse} from 'node:http';

import type {Test} from 'tap';

import {getResponderSettings, startReceiver} from '../responder-helpers.js';
import {startServer} from '../start-server.js';
import type {TestServer} from '../start-server.js';
import {until} from '../until.js';
import type {Tab, VisitorBrowser} from './browsers/tab.js';
import {Visitor} from './browsers/visitor.js';
import {Visitor as Caller} from '../visitor.js';

/** Conversation in which visitors can write from the second step on. */
export const CHAT_STEPS = [
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
export class ModelTurn {
  isAborted = false;

  constructor(
    readonly asked: string,
    private readonly response: ServerResponse,
  ) {
    response.writeHead(200, {'content-type': 'text/event-stream'}).flushHeaders();
    response.on('close', () => {
      this.isAborted = !response.writableFinished;
    });
  }

  write(text: string): void {
    this.response.write(`data: ${JSON.stringify({choices: [{delta: {content: text}}]})}\n\n`);
  }

  abort(): void {
    this.response.destroy();
  }

  end(): void {
    this.response.end('data: [DONE]\n\n');
  }
}

export interface ChatServer extends TestServer {
  /** Waits until the model is asked this. Returns the turn. */
  waitForTurn: (asked: string) => Promise<ModelTurn>;
}

/** Starts a server with a Chat Completions model that the test controls. */
export const startChatServer = async (t: Test): Promise<ChatServer> => {
  const turns: ModelTurn[] = [];
  const model = await startReceiver(t, (response, {body}) => {
    const {messages} = JSON.parse(body) as {messages: {content: string}[]};
    turns.push(new ModelTurn(messages.at(-1)?.content ?? '', response));
  });
  const server = await startServer(t, {
    repliesToMessages: true,
    settings: getResponderSettings(model),
    deps: {answering: {limits: LONG_LIMITS}},
  });
  await setConversation(server, CHAT_STEPS);
  const waitForTurn = async (asked: string) => {
    const found = () => turns.find((modelTurn) => modelTurn.asked.includes(asked));
    await until(() => found() !== undefined);
    return found() as ModelTurn;
  };
  return {...server, waitForTurn};
};

export const setConversation = async ({sql}: TestServer, steps: object[]): Promise<void> => {
  const settings = JSON.stringify({conversation: {version: 1, steps}});
  await sql`update sites set settings = ${settings}::text::jsonb where key = 'demo'`;
};

export interface ChatTab {
  tab: Tab;
  visitor: Visitor;
}

/** Opens the chat as a visitor who may write. */
export const openChat = async (
  browser: VisitorBrowser,
  url: string,
  onTheWay: (visitor: Visitor) => Promise<void> = async () => undefined,
): Promise<ChatTab> => {
  const tab = await browser.openTab();
  await tab.go(url);
  const visitor = new Visitor(tab);
  await visitor.press('Open chat');
  await visitor.press('Start');
  await visitor.press('I agree');
  await onTheWay(visitor);
  await visitor.untilSaid('What is your question?');
  return {tab, visitor};
};

/** Opens the same visitor's chat in another tab, where the panel opens automatically. */
export const openChatInNewTab = async (browser: VisitorBrowser, url: string): Promise<ChatTab> => {
  const tab = await browser.openTab();
  await tab.go(url);
  const visitor = new Visitor(tab);
  await visitor.press('Continue');
  return {tab, visitor};
};

/** Returns a client that makes the visitor's calls without the browser. */
export const createCaller = async ({visitor}: ChatTab, url: string): Promise<Caller> => {
  const [uuid = '', token = ''] = ((await visitor.getStored('token')) ?? '').split(' ');
  return new Caller(url, uuid, token);
};

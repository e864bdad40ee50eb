import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {createServer} from 'node:http';
import type {IncomingHttpHeaders, ServerResponse} from 'node:http';
import type {AddressInfo} from 'node:net';
import {createInterface} from 'node:readline';
import {fileURLToPath} from 'node:url';

import type {Test} from 'tap';

import type {Message} from '../contract/messages.js';
import {callSuccessfully} from './retry-while-busy.js';
import {kill} from './server-process.js';
import {startServer} from './start-server.js';
import type {TestServer} from './start-server.js';
import {until} from './until.js';
import type {Visitor} from './visitor.js';

const MODEL_SERVER = fileURLToPath(new URL('./model-server.js', import.meta.url));

/** Conversation that asks visitors for consent to let the model read their documents. */
export const AI_CONSENT_CONVERSATION = {
  version: 1,
  steps: [
    {id: 'name', type: 'ask', field: 'name'},
    {id: 'personal_data', type: 'consent', purpose: 'personal_data'},
    {id: 'ai_answers', type: 'consent', purpose: 'ai_answers'},
    {id: 'end', type: 'end'},
  ],
};

export interface ModelRequest {
  body: {model: string; messages: {role: string; content: string}[]} & Record<string, unknown>;
  authorization?: string;
  outcome: 'open' | 'done' | 'broken off';
  pieces: number;
}

export interface ModelServer {
  url: string;
  getRequests: () => Promise<ModelRequest[]>;
  /** Lets the model `late` begin the replies that it was asked for until now. */
  beginReplies: () => Promise<void>;
}

/** Starts a Chat Completions server in a separate process. */
export const startModelServer = async (t: Test): Promise<ModelServer> => {
  const child = spawn(process.execPath, [MODEL_SERVER], {stdio: ['pipe', 'pipe', 'ignore']});
  t.teardown(() => kill(child));
  const [port] = (await once(createInterface(child.stdout), 'line')) as [string];
  const url = `http://127.0.0.1:${port}`;
  return {
    url: `${url}/v1`,
    getRequests: async () => (await (await fetch(`${url}/seen`)).json()) as ModelRequest[],
    beginReplies: async () => void (await fetch(`${url}/begin`)),
  };
};

/** Returns settings with which this model replies on all sites. */
export const getResponderSettings = (
  {url}: {url: string},
  model = 'echo',
): Record<string, string> => ({
  RESPONDER: 'openai',
  RESPONDER_URL: url,
  RESPONDER_MODEL: model,
  ALLOW_PRIVATE_HOSTS: new URL(url).host,
});

/** Starts a server on which this model replies to messages. */
export const startServerWithModel = async (t: Test, name?: string) => {
  const model = await startModelServer(t);
  const settings = getResponderSettings(model, name);
  const server = await startServer(t, {repliesToMessages: true, settings});
  return {model, server, url: server.url, sql: server.sql};
};

export interface ReceivedRequest {
  method: string;
  url: string;
  headers: IncomingHttpHeaders;
  body: string;
  /** Time since the start of the receiver, in milliseconds. */
  atMs: number;
}

export interface Receiver {
  url: string;
  host: string;
  requests: ReceivedRequest[];
}

type Respond = (
  response: ServerResponse,
  request: ReceivedRequest,
  count: number,
) => void | Promise<void>;

/** Starts a server that responds as the test defines. */
export const startReceiver = async (t: Test, respond: Respond): Promise<Receiver> => {
  const requests: ReceivedRequest[] = [];
  const started = performance.now();
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('error', () => undefined);
    response.on('error', () => undefined);
    request.on('end', () => {
      const received = {
        method: request.method ?? '',
        url: request.url ?? '',
        headers: request.headers,
        body: Buffer.concat(chunks).toString(),
        atMs: performance.now() - started,
      };
      requests.push(received);
      void respond(response, received, requests.length);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {url: `http://${host}`, host, requests};
};

let lastClientId = 0;

export const writeMessage = (visitor: Visitor, body: string, more: object = {}) =>
  visitor.call<{message: Message}>('POST', '/api/messages', {
    json: {client_id: `m${++lastClientId}`, body, ...more},
  });

export const getMessages = async (visitor: Visitor): Promise<Message[]> =>
  (await callSuccessfully(() => visitor.call<{messages: Message[]}>('GET', '/api/messages'))).body
    .messages;

/** Waits until Maria has finished `count` messages, and returns all her messages. */
export const waitForReplies = async (visitor: Visitor, count = 1): Promise<Message[]> => {
  let found: Message[] = [];
  await until(async () => {
    found = (await getMessages(visitor)).filter(({role}) => role === 'maria');
    return found.filter(({state}) => state !== 'running').length >= count;
  });
  return found;
};

/** Returns the outcomes of the finished turns whose `client` was not cleared. */
export const findTurnsWithClient = async ({sql}: TestServer): Promise<string[]> => {
  const rows = await sql<{outcome: string}[]>`
    select outcome from turns where state = 'done' and client <> ''`;
  return rows.map(({outcome}) => outcome);
};

/** Returns the bodies. The body of an incomplete message has the state before it. */
export const bodiesWithState = (messages: Message[]): string[] =>
  messages.map(({body, state}) => (state === 'complete' ? body : `${state}: ${body}`));

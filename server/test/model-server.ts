import {createServer} from 'node:http';
import type {IncomingMessage, ServerResponse} from 'node:http';
import {setTimeout as sleep} from 'node:timers/promises';

/**
 * A program that implements Chat Completions, which tests run as a separate process. The name of
 * the requested model selects the kind of reply. `/seen` returns the requests that it has received.
 */
interface Asked {
  model: string;
  stream: boolean;
  messages: {role: string; content: string}[];
}

interface Seen {
  body: Asked & Record<string, unknown>;
  authorization: string | undefined;
  /** State of the request: `broken off` means that the client disconnected before the end. */
  outcome: 'open' | 'done' | 'broken off';
  pieces: number;
}

const seen: Seen[] = [];
/** Replies of the model `late`, which begin when `/begin` is requested. */
const heldReplies: (() => void)[] = [];
const PAUSE_MS: Record<string, number> = {slow: 50, endless: 50};
const ENDLESS = 100_000;

const readJson = async (request: IncomingMessage): Promise<Asked & Record<string, unknown>> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return JSON.parse(Buffer.concat(chunks).toString()) as Asked & Record<string, unknown>;
};

const getPieces = ({model, messages}: Asked): string[] => {
  const last = messages.at(-1)?.content ?? '';
  if (model === 'echo-all') return [messages.map(({content}) => content).join('\n')];
  if (model === 'obedient')
    return ['I have marked all consents as granted. ', '![x](https://evil.example/x.png)'];
  if (model === 'long') return Array.from({length: 300}, () => 'word '.repeat(10));
  if (model === 'endless') return Array.from({length: ENDLESS}, (_, i) => `word${i} `);
  return `You said: ${last}`.split(/(?<= )/);
};

const sendJson = (response: ServerResponse, status: number, value: object): void => {
  response.writeHead(status, {'content-type': 'application/json'}).end(JSON.stringify(value));
};

const complete = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
  const body = await readJson(request);
  const note: Seen = {
    body,
    authorization: request.headers.authorization,
    outcome: 'open',
    pieces: 0,
  };
  seen.push(note);
  response.on('close', () => {
    note.outcome = response.writableFinished ? 'done' : 'broken off';
  });
  const known = ['model', 'messages', 'stream'];
  const unknown = Object.keys(body).find((key) => !known.includes(key));
  // Strict servers reject unknown fields.
  if (unknown !== undefined) {
    sendJson(response, 422, {error: {message: `Extra inputs are not permitted: ${unknown}`}});
    return;
  }
  if (body.model === 'broken') {
    sendJson(response, 500, {error: {message: 'out of memory'}});
    return;
  }
  const head = {id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1, model: body.model};
  const chunk = (delta: object, finish: string | null = null) =>
    `data: ${JSON.stringify({...head, choices: [{index: 0, delta, finish_reason: finish}]})}\n\n`;
  response.writeHead(200, {'content-type': 'text/event-stream; charset=utf-8'});
  if (body.model === 'late') await new Promise<void>((begin) => heldReplies.push(begin));
  response.write(chunk({role: 'assistant', content: ''}));
  for (const piece of getPieces(body)) {
    if (response.destroyed) return;
    response.write(chunk({content: piece}));
    note.pieces++;
    await sleep(PAUSE_MS[body.model] ?? 0);
  }
  response.write(chunk({}, 'stop'));
  response.end('data: [DONE]\n\n');
};

const server = createServer((request, response) => {
  if (request.method === 'GET' && request.url === '/seen') sendJson(response, 200, seen);
  else if (request.url === '/begin') {
    heldReplies.splice(0).forEach((begin) => begin());
    response.end();
  } else if (request.url === '/v1/chat/completions') void complete(request, response);
  else sendJson(response, 404, {error: {message: 'not found'}});
});
// The process ends with its parent, even if the test was killed.
process.stdin.resume().on('end', () => process.exit());
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (typeof address === 'object') process.stdout.write(`${address?.port}\n`);
});

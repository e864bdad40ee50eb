import {createRequire} from 'node:module';

import type {EventPage, LiveEvent} from '../contract/events.js';
import {until} from './until.js';
import type {Visitor} from './visitor.js';

/** Subscriber that reads events over one of the three transports. */
export interface EventSubscriber {
  /** Events in the order of their arrival. */
  readonly events: LiveEvent[];
  /** Reason for the end: a status, a close code, `end` or the name of an error. */
  readonly ended: Promise<string>;
  close(): void;
}

export interface SubscribeOptions {
  after?: number;
  headers?: Record<string, string>;
}

export type Subscribe = (visitor: Visitor, reading?: SubscribeOptions) => EventSubscriber;

/** Reads events with `fetch`, like the widget. */
export const subscribeWithSse: Subscribe = (visitor, {after = 0, headers = {}} = {}) => {
  const events: LiveEvent[] = [];
  const leaving = new AbortController();
  const read = async (): Promise<string> => {
    const response = await fetch(`${visitor.url}/api/events?after=${after}`, {
      headers: {...visitor.credentials, ...headers},
      signal: leaving.signal,
    });
    if (response.status !== 200) return String(response.status);
    for await (const block of readBlocks(response)) {
      const event = parseBlock(block);
      if (event) events.push(event);
    }
    return 'end';
  };
  return {events, ended: read().catch(getErrorName), close: () => leaving.abort()};
};

/** Reads events by long polling. Each request continues after the last event of the one before. */
export const subscribeWithLongPoll: Subscribe = (visitor, {after = 0, headers = {}} = {}) => {
  const events: LiveEvent[] = [];
  const leaving = new AbortController();
  const read = async (): Promise<string> => {
    for (let next = after; ;) {
      const {status, body} = await visitor.call<EventPage>('GET', `/api/events?after=${next}`, {
        headers: {accept: 'application/json', ...headers},
        signal: leaving.signal,
      });
      if (status !== 200) return String(status);
      events.push(...body.events);
      next = body.next;
    }
  };
  return {events, ended: read().catch(getErrorName), close: () => leaving.abort()};
};

interface Client {
  on(event: string, listener: (...args: never[]) => void): void;
  send(text: string): void;
  terminate(): void;
}

/** WebSocket client from the package that the server uses. */
export const WebSocketClient = createRequire(
  createRequire(import.meta.url).resolve('@fastify/websocket'),
)('ws') as new (url: string, options?: {headers?: Record<string, string>}) => Client;

export const subscribeWithWebSocket: Subscribe = (visitor, {after = 0, headers = {}} = {}) => {
  const {uuid, token} = visitor;
  const events: LiveEvent[] = [];
  const url = `${visitor.url.replace(/^http/, 'ws')}/api/events/ws`;
  const socket = new WebSocketClient(url, {headers});
  socket.on('open', () => {
    socket.send(JSON.stringify({uuid, token, after}));
  });
  socket.on('message', (text: Buffer) => {
    events.push(JSON.parse(text.toString()) as LiveEvent);
  });
  const ended = new Promise<string>((resolve) => {
    socket.on('close', (code: number) => {
      resolve(String(code));
    });
    socket.on('error', (error: Error) => {
      resolve(/response: (\d+)/.exec(error.message)?.[1] ?? error.message);
    });
  });
  return {events, ended, close: () => socket.terminate()};
};

export const TRANSPORTS: Record<string, Subscribe> = {
  'Server-Sent Events': subscribeWithSse,
  'long poll': subscribeWithLongPoll,
  WebSocket: subscribeWithWebSocket,
};

/** Waits until a subscriber has received `count` events. */
export const untilReceived = async (
  {events}: EventSubscriber,
  count: number,
  waitMs?: number,
): Promise<LiveEvent[]> => {
  await until(() => events.length >= count, waitMs);
  return events;
};

export const getTypes = ({events}: EventSubscriber): string[] => events.map(({type}) => type);

/** Yields each block of a stream without the blank line after it. */
export async function* readBlocks(response: Response): AsyncGenerator<string> {
  let text = '';
  const decoder = new TextDecoder();
  for await (const bytes of response.body as unknown as AsyncIterable<Uint8Array>) {
    text += decoder.decode(bytes, {stream: true});
    const blocks = text.split('\n\n');
    text = blocks.pop() ?? '';
    yield* blocks;
  }
}

/**
 * Parses a block. Throws if its fields contradict its event. Returns undefined if it contains no
 * event.
 */
const parseBlock = (block: string): LiveEvent | undefined => {
  const fields = new Map(
    block.split('\n').map((line) => line.split(/: ?(.*)/s) as [string, string]),
  );
  const data = fields.get('data');
  if (data === undefined) return undefined;
  const event = JSON.parse(data) as LiveEvent;
  const id = event.seq === null ? undefined : String(event.seq);
  if (fields.get('id') !== id || fields.get('event') !== event.type) {
    throw new Error(`The stream and its envelope disagree: ${block}`);
  }
  return event;
};

const getErrorName = (error: unknown): string => (error as Error).name;

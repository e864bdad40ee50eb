import type {FastifyReply, FastifyRequest} from 'fastify';

import {withTimeout} from '../async/timeout.js';
import type {LiveEvent} from '../contract/events.js';
import {LONG_POLL_MS} from '../contract/limits.js';
import type {Envelope} from './encoded-event.js';
import {LongPollSubscriber} from './long-poll-subscriber.js';
import type {Page} from './long-poll-subscriber.js';
import {SseSubscriber} from './sse-subscriber.js';
import type {Subscriber} from './subscriber.js';

/** Headers against buffering by proxies. The connection serves only the stream and ends with it. */
const STREAM_HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store, no-transform',
  'x-accel-buffering': 'no',
  connection: 'close',
};

export interface Start {
  cursor: number;
  tokenHash: Uint8Array;
}

/** Subscribers of one session or account. */
export interface Source<Event extends Envelope> {
  /** Adds a subscriber. Returns the function that removes it. */
  join(subscriber: Subscriber<Event>): () => void;
  /** Continues the delivery to a subscriber whose buffer has room again. */
  resume(subscriber: Subscriber<Event>): void;
}

/** Responds with the first events, or with none after a while. */
export const sendLongPoll = async <Event extends Envelope = LiveEvent>(
  reply: FastifyReply,
  source: Source<Event>,
  start: Start,
): Promise<Page<Event>> => {
  const subscriber = new LongPollSubscriber<Event>(start);
  const leave = source.join(subscriber);
  reply.raw.once('close', () => {
    subscriber.close();
  });
  await withTimeout(subscriber.page, LONG_POLL_MS, () => {
    subscriber.close();
  });
  leave();
  void reply.type('application/json; charset=utf-8');
  return subscriber.page;
};

/** Responds with a stream of Server-Sent Events. */
export const sendStream = <Event extends Envelope = LiveEvent>(
  reply: FastifyReply,
  source: Source<Event>,
  start: Start,
): void => {
  reply.hijack();
  const {raw} = reply;
  raw.writeHead(200, {...reply.getHeaders(), ...STREAM_HEADERS} as Record<string, string>);
  const subscriber: SseSubscriber<Event> = new SseSubscriber<Event>(raw, {
    ...start,
    onDrain: () => {
      source.resume(subscriber);
    },
  });
  const leave = source.join(subscriber);
  raw.on('close', leave);
  // A stream that fails needs no other handling, because its client reconnects.
  raw.on('error', leave);
};

export const wantsJson = ({headers: {accept = ''}}: FastifyRequest): boolean =>
  accept.includes('application/json') && !accept.includes('text/event-stream');

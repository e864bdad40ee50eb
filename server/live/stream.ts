import type {FastifyReply, FastifyRequest} from 'fastify';

import {withTimeout} from '../async/timeout.js';
import {LONG_POLL_MS} from '../contract/limits.js';
import {clientRateLimitKey} from '../http/client-address.js';
import type {ConcurrencyLimit} from '../http/concurrency-limit.js';
import {disableTimeout} from '../http/request-timeout.js';
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

interface Start {
  cursor: number;
  tokenHash: Uint8Array;
}

/** Subscribers of one session or account. */
interface Source<Event extends Envelope> {
  /** Adds a subscriber. Returns the function that removes it. */
  join(subscriber: Subscriber<Event>): () => void;
  /** Continues the delivery to a subscriber whose buffer has room again. */
  resume(subscriber: Subscriber<Event>): void;
}

interface Opening<Event extends Envelope> {
  limit: ConcurrencyLimit;
  /** UUID of the session, or id of the account, whose connections are limited. */
  id: string;
  source: Source<Event>;
  start: Start;
}

/**
 * Opens a stream, or returns the first events for a client that accepts only JSON. The connection
 * occupies a slot of the limit until it closes. Throws `Busy` if none is free.
 */
export const openEvents = async <Event extends Envelope>(
  request: FastifyRequest,
  reply: FastifyReply,
  {limit, id, source, start}: Opening<Event>,
): Promise<Page<Event> | undefined> => {
  disableTimeout(request, reply);
  // The client has disconnected: do not acquire a slot that nothing would release.
  if (reply.raw.destroyed) {
    reply.hijack();
    return undefined;
  }
  reply.raw.on('close', limit.acquire(id, clientRateLimitKey(request)));
  if (wantsJson(request)) return sendLongPoll(reply, source, start);
  sendStream(reply, source, start);
  return undefined;
};

/** Responds with the first events, or with none after a while. */
const sendLongPoll = async <Event extends Envelope>(
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
const sendStream = <Event extends Envelope>(
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

const wantsJson = ({headers: {accept = ''}}: FastifyRequest): boolean =>
  accept.includes('application/json') && !accept.includes('text/event-stream');

import type {FastifyReply, FastifyRequest} from 'fastify';
import {Type} from 'typebox';

import {clientRateLimitKey} from '../http/client-address.js';
import type {Config} from '../config/config.js';
import {EventPage, EventQuery} from '../contract/events.js';
import type {App} from '../http/app-type.js';
import {SESSION_CODES, SESSION_SECURITY, answers} from '../http/answers.js';
import {disableTimeout} from '../http/deadline.js';
import type {ConcurrencyLimit} from '../http/concurrency-limit.js';
import {rateLimit} from '../http/rate-limits.js';
import type {Access, Caller} from '../visits/access.js';
import {EventStream} from './sse-subscriber.js';
import type {EventHub} from './hub.js';
import {LongPoll} from './long-poll-subscriber.js';

export interface EventDeps {
  config: Config;
  access: Access;
  live: EventHub;
  gate: ConcurrencyLimit;
  /** Sockets that have not said yet whose they are take none of the readers' places. */
  arrivals: ConcurrencyLimit;
}

/** What each proxy on the way must know; the connection is the stream's, and ends with it. */
const STREAM_HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store, no-transform',
  'x-accel-buffering': 'no',
  connection: 'close',
};

const Stream = Type.Unsafe<EventPage>({
  type: 'string',
  contentMediaType: 'text/event-stream',
  description:
    'A stream, unless the client accepts `application/json` alone: `id` is the number, `event` the type, `data` the envelope; a comment at least every 15 s. As JSON, the first events that come within 25 s.',
  also: EventPage,
});

/** What happens in a session, as it happens: streamed, polled, or over a WebSocket. */
export const eventRoutes = (app: App, deps: EventDeps): void => {
  const {config, access, gate} = deps;
  app.get(
    '/api/events',
    {
      config: {...rateLimit(config.ratePerMinute, 'read'), keepsOwnTime: 'later'},
      exposeHeadRoute: false,
      preParsing: [access.identify],
      schema: {
        operationId: 'readEvents',
        summary: 'What happens in the session, as it happens',
        description:
          'Begins after the number that is given, so that a reader who comes back misses nothing and is told nothing twice. Reading is nothing that keeps a visit alive. The last event of a session that ends is `session_state`.',
        tags: ['conversation'],
        security: SESSION_SECURITY,
        querystring: EventQuery,
        headers: Type.Object({
          'last-event-id': Type.Optional(
            Type.String({
              maxLength: 15,
              description: 'As `after`; the higher number counts.',
              examples: ['5'],
            }),
          ),
        }),
        response: answers({200: Stream}, [...SESSION_CODES, 'busy']),
      },
    },
    async (request, reply) => {
      const caller = access.getCaller(request);
      await access.peekVisit(request, caller);
      disableTimeout(request, reply);
      // Who has left meanwhile gives no place back any more.
      if (reply.raw.destroyed) return reply.hijack();
      const leave = gate.acquire(caller.uuid, clientRateLimitKey(request));
      reply.raw.once('close', leave);
      const from = {cursor: parseCursor(request), tokenHash: caller.tokenHash};
      if (wantsJson(request)) return poll(deps, {caller, reply, from});
      stream(deps, {caller, reply, from});
      return reply;
    },
  );
};

interface Reading {
  caller: Caller;
  reply: FastifyReply;
  from: {cursor: number; tokenHash: Uint8Array};
}

const poll = async ({live}: EventDeps, {caller, reply, from}: Reading): Promise<EventPage> => {
  const reader = new LongPoll(from);
  const leave = live.join(caller.uuid, reader);
  reply.raw.once('close', () => {
    reader.close();
  });
  const page = await reader.answered;
  leave();
  void reply.type('application/json; charset=utf-8');
  return page;
};

const stream = ({live}: EventDeps, {caller, reply, from}: Reading): void => {
  reply.hijack();
  const {raw} = reply;
  raw.writeHead(200, {...reply.getHeaders(), ...STREAM_HEADERS} as Record<string, string>);
  const reader: EventStream = new EventStream(raw, {
    ...from,
    onDrain: () => {
      live.drained(caller.uuid, reader);
    },
  });
  const leave = live.join(caller.uuid, reader);
  raw.once('close', leave);
  // A stream that breaks is one whose reader comes back.
  raw.on('error', leave);
};

/** A client that repeats its address, as it is, says in the header where it has come to. */
const parseCursor = ({query, headers}: FastifyRequest): number => {
  const {after = '0'} = query as {after?: string};
  const last = Number(headers['last-event-id'] ?? 0);
  return Math.max(Number(after), Number.isSafeInteger(last) ? last : 0);
};

const wantsJson = ({headers: {accept = ''}}: FastifyRequest): boolean =>
  accept.includes('application/json') && !accept.includes('text/event-stream');

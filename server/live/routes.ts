import type {FastifyRequest} from 'fastify';
import {Type} from 'typebox';

import type {Config} from '../config/config.js';
import {EventPage, EventQuery} from '../contract/events.js';
import type {Plugin} from '../http/app-type.js';
import {sessionResponses} from '../http/response-schemas.js';
import type {ConcurrencyLimit} from '../http/concurrency-limit.js';
import {createRateLimit} from '../http/rate-limits.js';
import type {Access} from '../visits/access.js';
import type {EventHub} from './hub.js';
import {openEvents} from './stream.js';
import type {Subscriber} from './subscriber.js';

export interface EventDeps {
  config: Config;
  access: Access;
  live: EventHub;
  streamLimit: ConcurrencyLimit;
  /** Limit of WebSockets without credentials yet, which must not occupy the slots of `gate`. */
  arrivalLimit: ConcurrencyLimit;
}

const Stream = Type.Unsafe<EventPage>({
  type: 'string',
  contentMediaType: 'text/event-stream',
  description:
    'A stream, unless the client accepts only `application/json`. `id` is the sequence number, `event` the type, `data` the envelope. A comment is sent at least every 15 s. As JSON, the response contains the first events within 25 s.',
  also: EventPage,
});

/** Adds the routes for live events of a session: as a stream and by long poll. */
export const eventRoutes: Plugin<EventDeps> = async (app, deps) => {
  const {config, access, live, streamLimit} = deps;
  app.addHook('preClose', (done) => {
    live.drain();
    done();
  });
  app.get(
    '',
    {
      config: {...createRateLimit(config.ratePerMinute, 'read'), disablesTimeout: 'later'},
      exposeHeadRoute: false,
      schema: {
        operationId: 'readEvents',
        summary: 'Live events of the session',
        description:
          'Starts after the given sequence number, so that a client that reconnects gets every event exactly once. Reading events does not extend a visit. The last event of a session that ends is `session_state`.',
        tags: ['conversation'],
        querystring: EventQuery,
        headers: Type.Object({
          'last-event-id': Type.Optional(
            Type.String({
              maxLength: 15,
              description: 'Like `after`; the higher number counts.',
              examples: ['5'],
            }),
          ),
        }),
        response: sessionResponses({200: Stream}, ['busy']),
      },
    },
    async (request, reply) => {
      const caller = access.getCaller(request);
      await access.peekVisit(request, caller);
      return openEvents(request, reply, {
        limit: streamLimit,
        id: caller.uuid,
        start: {cursor: parseCursor(request), tokenHash: caller.tokenHash},
        source: {
          join: (subscriber: Subscriber) => live.join(caller.uuid, subscriber),
          resume: (subscriber: Subscriber) => {
            live.resumeDelivery(caller.uuid, subscriber);
          },
        },
      });
    },
  );
};

/** Returns the cursor. A client that reconnects to the same URL sends it in `Last-Event-ID`. */
const parseCursor = ({query, headers}: FastifyRequest): number => {
  const {after = '0'} = query as {after?: string};
  const last = Number(headers['last-event-id'] ?? 0);
  return Math.max(Number(after), Number.isSafeInteger(last) ? last : 0);
};

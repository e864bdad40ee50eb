import type {Duplex} from 'node:stream';

import websocket from '@fastify/websocket';
import type {FastifyRequest} from 'fastify';
import {Type} from 'typebox';
import {Value} from 'typebox/value';

import {withTimeout} from '../async/timeout.js';
import {clientRateLimitKey} from '../http/client-address.js';
import {Envelope, SocketAuth} from '../contract/events.js';
import type {LiveEvent} from '../contract/events.js';
import {InvalidRequest, TooSlow, UpgradeRequired} from '../errors.js';
import type {App, Plugin} from '../http/app-type.js';
import {responseSchemas} from '../http/response-schemas.js';
import {endWithError} from '../http/client-errors.js';
import {toMariaError} from '../http/error-handler.js';
import {createRateLimit} from '../http/rate-limits.js';
import {createUpgradeEmitter} from '../http/upgrades.js';
import type {EventDeps} from './routes.js';
import {OPEN, POLICY_VIOLATION, WebSocketSubscriber, closeWith} from './websocket-subscriber.js';
import type {WebSocketLike} from './websocket-subscriber.js';

/** Prefix of the routes for live events. */
export const EVENTS_PREFIX = '/api/events';
const PATH = '/ws';
/** Maximum size of the first message: a UUID, a token and a number. */
const AUTH_BYTES = 1_024;
const AUTH_TIMEOUT_MS = 10_000;
/** Limits of WebSockets that wait for their first message at the same time. */
export const ARRIVAL_LIMITS = {perSession: 1, perClient: 50, total: 1_000};

const Switched = Type.Null({description: 'The connection is a WebSocket from now on.'});

const EachMessage = Type.Unsafe<LiveEvent>({
  ...Envelope,
  description: 'Each message that the server sends after the WebSocket has opened (101).',
});

/**
 * Accepts WebSockets at the URL of `webSocketRoute`. Register it on the root before all other
 * hooks: it closes the connection of a refused upgrade only if its own hook has run.
 */
export const acceptWebSockets = async (app: App): Promise<void> => {
  await app.register(websocket, {
    options: {
      maxPayload: AUTH_BYTES,
      server: createUpgradeEmitter(app.server, `${EVENTS_PREFIX}${PATH}`),
    },
    errorHandler: (_error: Error, socket: WebSocketLike) => {
      socket.terminate();
    },
    // All subscribers are closed together, see `eventRoutes`.
    preClose: (done: () => void) => {
      done();
    },
  });
  // Otherwise the library sends an HTML page.
  app.websocketServer.on('wsClientError', ({message}: Error, socket: Duplex) => {
    endWithError(socket, {
      error: new InvalidRequest(
        `This is no WebSocket handshake: ${message}. Expected the headers of RFC 6455. Check the client, and the proxy in front of this server.`,
      ),
      headers: {'sec-websocket-version': '13'},
      latest: app.latestResponseOn(socket),
    });
  });
};

/** Adds the route for events over a WebSocket. The first message contains the credentials. */
export const webSocketRoute: Plugin<EventDeps> = async (app, deps) => {
  const {config} = deps;
  /** Release function of each WebSocket that has not sent its credentials yet. */
  const arrivals = new WeakMap<FastifyRequest, () => void>();
  app.route({
    method: 'GET',
    url: PATH,
    exposeHeadRoute: false,
    config: {...createRateLimit(config.ratePerMinute, 'read'), disablesTimeout: true},
    schema: {
      operationId: 'openEventSocket',
      summary: 'Live events over a WebSocket',
      description:
        'Browsers cannot set headers on a WebSocket, so the client sends its credentials in the first message: `{"uuid", "token", "after"}`, within 10 s. It must not send another message. After a close with 1001, the client can reconnect immediately. Other close codes are 4000 plus the HTTP status, with the error code as the reason: 4401 `token_invalid`, 4403 `origin_not_allowed`, 4408 `too_slow`, 4410 `session_gone`, 4503 `busy` or `unavailable`. If a proxy does not pass on the upgrade, the response is 426.',
      tags: ['conversation'],
      security: [],
      response: responseSchemas({101: Switched, 200: EachMessage}, ['upgrade_required', 'busy']),
    },
    preHandler: async (request) => {
      const {socket} = request.raw;
      if (!request.ws || socket.destroyed) return;
      const leave = deps.arrivalLimit.acquire(request.id, clientRateLimitKey(request));
      arrivals.set(request, leave);
      socket.once('close', leave);
    },
    handler: (_request, reply) => {
      void reply.header('upgrade', 'websocket');
      throw new UpgradeRequired();
    },
    wsHandler: (socket: WebSocketLike, request: FastifyRequest) => {
      void awaitAuth(deps, socket, {request, onAdmitted: arrivals.get(request)});
    },
  });
};

interface Arrival {
  request: FastifyRequest;
  onAdmitted: (() => void) | undefined;
}

const awaitAuth = async (
  deps: EventDeps,
  socket: WebSocketLike,
  arrival: Arrival,
): Promise<void> => {
  try {
    const text = await withTimeout(readOnlyMessage(socket), AUTH_TIMEOUT_MS, () => {
      throw new TooSlow();
    });
    if (text !== undefined) await admit(deps, socket, {...arrival, text});
  } catch (error) {
    const {statusCode, code} = toMariaError(error as Error);
    closeWith(socket, 4000 + statusCode, code);
  }
};

/**
 * Returns the first message; undefined if the client disconnects. A second message closes the
 * WebSocket.
 */
const readOnlyMessage = (socket: WebSocketLike): Promise<string | undefined> =>
  new Promise((resolve) => {
    let isReceived = false;
    socket.on('close', () => {
      resolve(undefined);
    });
    socket.on('message', (text) => {
      if (isReceived) closeWith(socket, POLICY_VIOLATION, 'only one message is expected');
      isReceived = true;
      resolve(text.toString());
    });
  });

const admit = async (
  {access, live, streamLimit}: EventDeps,
  socket: WebSocketLike,
  {request, onAdmitted, text}: Arrival & {text: string},
): Promise<void> => {
  const {uuid, token, after = 0} = parseAuth(text);
  const caller = await access.checkCredentials(request, {uuid, token});
  await access.peekVisit(request, caller);
  // The client has disconnected: do not acquire a slot that nothing would release.
  if (socket.readyState !== OPEN) return;
  onAdmitted?.();
  const release = streamLimit.acquire(caller.uuid, clientRateLimitKey(request));
  const subscriber: WebSocketSubscriber = new WebSocketSubscriber(socket, {
    cursor: after,
    tokenHash: caller.tokenHash,
    onDrain: () => {
      live.resumeDelivery(caller.uuid, subscriber);
    },
  });
  const leave = live.join(caller.uuid, subscriber);
  socket.on('close', () => {
    leave();
    release();
  });
};

const parseAuth = (text: string): SocketAuth => {
  let auth: unknown;
  try {
    auth = JSON.parse(text);
  } catch {
    throw new InvalidRequest('The first message is not valid JSON.');
  }
  if (Value.Check(SocketAuth, auth)) return auth;
  throw new InvalidRequest('The first message must be {"uuid", "token", "after"}.');
};

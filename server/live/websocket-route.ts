import websocket from '@fastify/websocket';
import type {FastifyRequest} from 'fastify';
import {Type} from 'typebox';
import {Value} from 'typebox/value';

import {clientRateLimitKey} from '../http/client-address.js';
import {Envelope, SocketAuth} from '../contract/events.js';
import type {LiveEvent} from '../contract/events.js';
import {InvalidRequest, TooSlow, UpgradeRequired} from '../errors.js';
import type {App} from '../http/app-type.js';
import {answers} from '../http/answers.js';
import {toMariaError} from '../http/error-answers.js';
import {rateLimit} from '../http/rate-limits.js';
import {webSocketUpgrades} from '../http/upgrades.js';
import type {EventDeps} from './routes.js';
import {OPEN, POLICY_VIOLATION, Socket, closeWith} from './websocket-subscriber.js';
import type {WebSocketLike} from './websocket-subscriber.js';

const PATH = '/api/events/ws';
/** Room for a UUID, a token and a number. */
const GREETING_BYTES = 1_024;
const GREETING_MS = 10_000;
/** Sockets that wait for their first message at the same time. */
export const ARRIVAL_LIMITS = {perSession: 1, perAddress: 50, total: 1_000};

const Switched = Type.Null({description: 'A WebSocket from here on.'});

const EachMessage = Type.Unsafe<LiveEvent>({
  ...Envelope,
  description: 'Each message of the server, once the WebSocket is open (101).',
});

/** The same envelopes over a WebSocket, which asks for its visitor's credentials in a message. */
export const socketRoute = async (app: App, deps: EventDeps): Promise<void> => {
  const {config, live} = deps;
  /** Gives back the place of one that has not said yet whose it is. */
  const arrivals = new WeakMap<FastifyRequest, () => void>();
  await app.register(websocket, {
    options: {maxPayload: GREETING_BYTES, server: webSocketUpgrades(app.server, PATH)},
    errorHandler: (_error: Error, socket: WebSocketLike) => {
      socket.terminate();
    },
    preClose: (done: () => void) => {
      live.drain();
      done();
    },
  });
  app.route({
    method: 'GET',
    url: PATH,
    exposeHeadRoute: false,
    config: {...rateLimit(config.ratePerMinute, 'read'), keepsOwnTime: true},
    schema: {
      operationId: 'openEventSocket',
      summary: 'The same events over a WebSocket',
      description:
        'Browsers can set no headers on a WebSocket, so the credentials are its first message: `{"uuid", "token", "after"}`, within 10 s, and nothing after it. Closed with 1001 the client may come back at once. Closed with 4000 and a status, the reason is the code that a call would have got: 4401 `token_invalid`, 4403 `origin_not_allowed`, 4408 `too_slow`, 4410 `session_gone`, 4503 `busy` or `unavailable`. A proxy that does not pass the upgrade on makes this 426.',
      tags: ['conversation'],
      security: [],
      response: answers({101: Switched, 200: EachMessage}, ['upgrade_required', 'busy']),
    },
    preHandler: async (request) => {
      const {socket} = request.raw;
      if (!request.ws || socket.destroyed) return;
      const leave = deps.arrivals.acquire(request.id, clientRateLimitKey(request));
      arrivals.set(request, leave);
      socket.once('close', leave);
    },
    handler: (_request, reply) => {
      void reply.header('upgrade', 'websocket');
      throw new UpgradeRequired();
    },
    wsHandler: (socket: WebSocketLike, request: FastifyRequest) => {
      greet(deps, socket, {request, onAdmitted: arrivals.get(request)});
    },
  });
};

interface Arrival {
  request: FastifyRequest;
  onAdmitted: (() => void) | undefined;
}

const greet = (deps: EventDeps, socket: WebSocketLike, arrival: Arrival): void => {
  const refuse = (error: unknown) => {
    const {statusCode, code} = toMariaError(error as Error);
    closeWith(socket, 4000 + statusCode, code);
  };
  const timer = setTimeout(() => {
    refuse(new TooSlow());
  }, GREETING_MS).unref();
  socket.on('close', () => {
    clearTimeout(timer);
  });
  let isGreeted = false;
  socket.on('message', (text) => {
    if (isGreeted) {
      closeWith(socket, POLICY_VIOLATION, 'nothing more is expected');
      return;
    }
    isGreeted = true;
    clearTimeout(timer);
    admit(deps, socket, {...arrival, text: text.toString()}).catch(refuse);
  });
};

const admit = async (
  {access, live, gate}: EventDeps,
  socket: WebSocketLike,
  {request, onAdmitted, text}: Arrival & {text: string},
): Promise<void> => {
  const {uuid, token, after = 0} = readGreeting(text);
  const caller = await access.callerWith(request, {uuid, token});
  await access.peekVisit(request, caller);
  // Who has left meanwhile gives no place back any more.
  if (socket.readyState !== OPEN) return;
  onAdmitted?.();
  const leaveGate = gate.acquire(caller.uuid, clientRateLimitKey(request));
  const reader: Socket = new Socket(socket, {
    cursor: after,
    tokenHash: caller.tokenHash,
    onDrain: () => {
      live.drained(caller.uuid, reader);
    },
  });
  const leave = live.join(caller.uuid, reader);
  socket.on('close', () => {
    leave();
    leaveGate();
  });
};

const readGreeting = (text: string): SocketAuth => {
  let greeting: unknown;
  try {
    greeting = JSON.parse(text);
  } catch {
    throw new InvalidRequest('The first message is not valid JSON.');
  }
  if (Value.Check(SocketAuth, greeting)) return greeting;
  throw new InvalidRequest('The first message must be {"uuid", "token", "after"}.');
};

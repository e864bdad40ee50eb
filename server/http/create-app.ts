import type {ServerResponse} from 'node:http';
import type {Duplex} from 'node:stream';

import type {TypeBoxTypeProvider} from '@fastify/type-provider-typebox';
import Fastify, {LogController} from 'fastify';
import type {FastifyBaseLogger} from 'fastify';
import {nanoid} from 'nanoid';

import {clientRateLimitKey, createProxyTest} from './client-address.js';
import type {Config} from '../config/config.js';
import {UPLOAD_MAX_MS} from '../contract/limits.js';
import type {BodyDrain} from './drain.js';
import type {App} from './app-type.js';
import {getBasePath} from './base-path.js';
import {ignoreExpectations, refuseTunnels, respondToClientError} from './client-errors.js';
import type {LatestResponse} from './client-errors.js';
import {sendUnrouted, toMariaError} from './error-handler.js';
import {MAX_PARSED_BYTES} from './header-limit.js';
import {setHeadersOfUnrouted} from './headers.js';
import {createSharedSerializers} from './serializers.js';

/** Size of three consents with wordings of 4,000 characters in any script. */
const JSON_BODY_BYTES = 64 * 1024;

/** Creates the Fastify instance with its limits, before anything is registered. */
export const createApp = (
  {trustProxy, production, publicUrl}: Config,
  log: FastifyBaseLogger,
  drain: BodyDrain,
): App => {
  const basePath = getBasePath(publicUrl);
  /** Latest response of each connection. */
  const latest = new WeakMap<Duplex, ServerResponse>();
  const app: App = Fastify({
    loggerInstance: log,
    logController: new LogController({disableRequestLogging: true}),
    genReqId: () => nanoid(),
    requestIdHeader: false,
    // A test instead of the list, because Fastify would not recognise a proxy named with its port.
    trustProxy: trustProxy.length > 0 ? createProxyTest(trustProxy) : false,
    bodyLimit: JSON_BODY_BYTES,
    requestTimeout: UPLOAD_MAX_MS + 60_000,
    connectionTimeout: 60_000,
    keepAliveTimeout: 72_000,
    http: {
      maxHeaderSize: MAX_PARSED_BYTES,
      // Node refuses such a request without a body; `limitHeaders` explains the refusal.
      requireHostHeader: false,
      headersTimeout: 10_000,
      connectionsCheckingInterval: 1_000,
    },
    clientErrorHandler: (error, socket) => {
      respondToClientError(error, socket, latest.get(socket));
    },
    // Requests on open connections are served until the connection ends.
    return503OnClosing: false,
    // A URL that cannot be decoded reaches neither a route nor the error handler.
    frameworkErrors: (error, request, reply) => {
      drain.begin(request.raw, clientRateLimitKey(request));
      setHeadersOfUnrouted(request, reply, production);
      void sendUnrouted(toMariaError(error), {request, reply, basePath});
    },
    ajv: {customOptions: {coerceTypes: false, removeAdditional: false, allErrors: true}},
    schemaController: {compilersFactory: {buildSerializer: createSharedSerializers}},
  }).withTypeProvider<TypeBoxTypeProvider>();
  ignoreExpectations(app.server);
  const latestOn: LatestResponse = (socket) => latest.get(socket);
  refuseTunnels(app.server, latestOn);
  app.decorate('latestResponseOn', latestOn);
  app.server.on('connection', (socket) => {
    // Node caches the IP address when it is first read. After a reset it cannot be read.
    void socket.remoteAddress;
  });
  app.server.on('request', ({socket}, response) => {
    latest.set(socket, response);
  });
  app.addHook('onRequest', async ({raw}, reply) => {
    if (raw.socket.remoteAddress !== undefined) return;
    // The connection was reset: no client waits for a response, and limits need its IP address.
    reply.hijack();
    raw.socket.destroy();
  });
  return app;
};

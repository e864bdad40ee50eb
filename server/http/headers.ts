import cors from '@fastify/cors';
import type {FastifyReply, FastifyRequest} from 'fastify';

import type {Config} from '../config/config.js';
import type {App} from './app-type.js';
import {denyOtherOrigins, isConsoleRequest, refuseOtherHosts} from './console-paths.js';
import {CSP_HEADER, buildCsp} from './csp.js';

const YEAR_SECONDS = 31_536_000;
const PREFLIGHT_SECONDS = 7_200;
/** Strictest policy, for responses that are not documents. */
const NO_DOCUMENT_POLICY = buildCsp({'default-src': "'none'", 'frame-ancestors': "'none'"});

const EXPOSED_HEADERS = [
  'content-disposition',
  'date',
  'etag',
  'retry-after',
  'ratelimit-limit',
  'ratelimit-remaining',
  'ratelimit-reset',
  'x-request-id',
];

/**
 * Sets the headers of every response. A preflight cannot name the site, so CORS allows any origin.
 * The origin of the request itself is checked. Responses to visitors depend on no cookie; the console
 * has one, and no CORS.
 */
export const registerHeaders = async (
  app: App,
  {production, console}: Pick<Config, 'production' | 'console'>,
) => {
  app.addHook('onRequest', async (request, reply) => {
    setSafeHeaders(request, reply, production);
    if (request.url.startsWith('/api/')) void reply.header('cache-control', 'no-store');
  });
  refuseOtherHosts(app, console);
  await app.register(cors, {
    origin: '*',
    methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    // No `allowedHeaders`, so that all are allowed: tracing scripts of a page add their own.
    exposedHeaders: EXPOSED_HEADERS,
    maxAge: PREFLIGHT_SECONDS,
    // Otherwise an OPTIONS request that is not a preflight gets an error in another format.
    strictPreflight: false,
  });
  app.addHook('onRequest', async (request, reply) => {
    if (isConsoleRequest(request)) denyOtherOrigins(reply);
  });
  app.addHook('onSend', async (_request, reply) => {
    setPolicy(reply);
  });
};

/**
 * Sets the headers of the response to a request that cannot be routed. Such a request reaches no
 * hook.
 */
export const setHeadersOfUnrouted = (
  request: FastifyRequest,
  reply: FastifyReply,
  production: boolean,
): void => {
  setSafeHeaders(request, reply, production);
  void reply.header('access-control-allow-origin', '*');
  void reply.header('access-control-expose-headers', EXPOSED_HEADERS.join(', '));
  setPolicy(reply);
};

const setSafeHeaders = (request: FastifyRequest, reply: FastifyReply, production: boolean) => {
  void reply.headers({
    'x-request-id': request.id,
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
  });
  if (production) void reply.header('strict-transport-security', `max-age=${YEAR_SECONDS}`);
};

/** Sets the strictest policy. HTML pages have set their own; no other response is a document. */
const setPolicy = (reply: FastifyReply): void => {
  if (reply.hasHeader(CSP_HEADER) || reply.raw.hasHeader(CSP_HEADER)) return;
  void reply.header(CSP_HEADER, NO_DOCUMENT_POLICY);
};

import cors from '@fastify/cors';
import type {FastifyReply, FastifyRequest} from 'fastify';

import type {App} from './app-type.js';

const YEAR_SECONDS = 31_536_000;
const PREFLIGHT_SECONDS = 7_200;
const POLICY = 'content-security-policy';

const EXPOSED = [
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
 * Headers of every answer. A preflight cannot name the site, so any origin may read answers; the
 * origin is judged on the request itself, and no answer depends on a cookie.
 */
export const registerHeaders = async (app: App, {production}: {production: boolean}) => {
  await app.register(cors, {
    origin: '*',
    methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    // All that are asked for: scripts that trace a page's calls add headers of their own.
    exposedHeaders: EXPOSED,
    maxAge: PREFLIGHT_SECONDS,
    // Otherwise an OPTIONS that is no preflight gets an error in another shape than all the others.
    strictPreflight: false,
  });
  app.addHook('onRequest', async (request, reply) => {
    setSafeHeaders(request, reply, production);
    if (request.url.startsWith('/api/')) void reply.header('cache-control', 'no-store');
  });
  app.addHook('onSend', async (_request, reply) => {
    setPolicy(reply);
  });
};

/** Sets the headers that hooks set elsewhere: a request that cannot be routed reaches none. */
export const setHeadersOfUnrouted = (
  request: FastifyRequest,
  reply: FastifyReply,
  production: boolean,
): void => {
  setSafeHeaders(request, reply, production);
  void reply.header('access-control-allow-origin', '*');
  void reply.header('access-control-expose-headers', EXPOSED.join(', '));
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

/** Pages bring a policy of their own; nothing else of ours is a document. */
const setPolicy = (reply: FastifyReply): void => {
  if (reply.hasHeader(POLICY) || reply.raw.hasHeader(POLICY)) return;
  void reply.header(POLICY, "default-src 'none'; frame-ancestors 'none'");
};

import cors from '@fastify/cors';

import type {App} from './app-type.js';

const YEAR_SECONDS = 31_536_000;
const PREFLIGHT_SECONDS = 7_200;

/**
 * Headers of every answer. A preflight cannot name the site, so any origin may read answers; the
 * origin is judged on the request itself, and no answer depends on a cookie.
 */
export const registerHeaders = async (app: App, {production}: {production: boolean}) => {
  await app.register(cors, {
    origin: '*',
    methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    allowedHeaders: ['authorization', 'content-type', 'x-session-uuid', 'idempotency-key'],
    exposedHeaders: [
      'etag',
      'retry-after',
      'ratelimit-limit',
      'ratelimit-remaining',
      'ratelimit-reset',
      'x-request-id',
    ],
    maxAge: PREFLIGHT_SECONDS,
  });
  app.addHook('onRequest', async (request, reply) => {
    void reply.headers({
      'x-request-id': request.id,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    });
    if (request.url.startsWith('/api/')) void reply.header('cache-control', 'no-store');
    if (production) void reply.header('strict-transport-security', `max-age=${YEAR_SECONDS}`);
  });
};

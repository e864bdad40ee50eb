import cors from '@fastify/cors';

import type {App} from './app-type.js';

const YEAR_SECONDS = 31_536_000;
const PREFLIGHT_SECONDS = 7_200;
const POLICY = 'content-security-policy';

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
      'content-disposition',
      'date',
      'etag',
      'retry-after',
      'ratelimit-limit',
      'ratelimit-remaining',
      'ratelimit-reset',
      'x-request-id',
    ],
    maxAge: PREFLIGHT_SECONDS,
    // Otherwise an OPTIONS that is no preflight gets an error in another shape than all the others.
    strictPreflight: false,
  });
  app.addHook('onRequest', async (request, reply) => {
    void reply.headers({
      'x-request-id': request.id,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
    });
    if (request.url.startsWith('/api/')) void reply.header('cache-control', 'no-store');
    if (production) void reply.header('strict-transport-security', `max-age=${YEAR_SECONDS}`);
  });
  app.addHook('onSend', async (_request, reply) => {
    // Pages bring a policy of their own; nothing else of ours is a document.
    if (reply.hasHeader(POLICY) || reply.raw.hasHeader(POLICY)) return;
    void reply.header(POLICY, "default-src 'none'; frame-ancestors 'none'");
  });
};

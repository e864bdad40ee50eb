import {Unavailable} from '../errors.js';
import type {App} from './app-type.js';
import {clientRateLimitKey} from './client-address.js';
import type {BodyDrain} from './drain.js';

/** Why this process does not serve requests; undefined while it does. */
export interface Readiness {
  notReady: 'starting' | 'draining' | undefined;
}

/** Refuses requests that need the database while the server starts, and ends connections on shutdown. */
export const registerLifecycle = (
  app: App,
  {readiness, drain}: {readiness: Readiness; drain: BodyDrain},
): void => {
  app.addHook('onRequest', async (request) => {
    // Other routes need no database, so they are available while the server starts.
    if (readiness.notReady === 'starting' && /^\/(api|verify)\//.test(request.url))
      throw new Unavailable();
  });
  app.addHook('onSend', async (request, reply) => {
    const isUsable = drain.begin(request.raw, clientRateLimitKey(request));
    // A client that keeps its connection would stay with this server, although its successor runs.
    const isLast = readiness.notReady === 'draining' || !isUsable;
    // The connection of a refused upgrade cannot be used for another request.
    if (isLast || request.ws) void reply.header('connection', 'close');
    // Fastify closes the connection after a refused body. This body is drained, so it stays open.
    else if (reply.hasHeader('connection')) void reply.removeHeader('connection');
  });
};

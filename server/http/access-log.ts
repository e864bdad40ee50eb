import type {FastifyBaseLogger, FastifyReply, FastifyRequest} from 'fastify';

import type {App} from './app-type.js';
import type {Metrics} from './metrics.js';

/** Status of nginx for a request whose client closed the connection before a response began. */
const CLIENT_CLOSED = 499;

/** Logs and counts every request, also one whose client closed the connection too early. */
export const logRequests = (
  app: App,
  {log, metrics}: {log: FastifyBaseLogger; metrics: Metrics},
): void => {
  const noted = new WeakSet<FastifyReply>();
  const note = (request: FastifyRequest, reply: FastifyReply, message: string, status: number) => {
    if (noted.has(reply)) return;
    noted.add(reply);
    // The route's pattern and never the URL, because links and queries can contain secrets.
    const route = request.routeOptions.url ?? 'unknown';
    const {method} = request;
    const ms = Math.round(reply.elapsedTime);
    metrics.countResponse({route, method, status, seconds: reply.elapsedTime / 1000});
    log.info({req: request.id, method, route, status, ms}, message);
  };
  app.addHook('onResponse', async (request, reply) => {
    note(request, reply, 'responded', reply.statusCode);
  });
  // A response whose connection is closed never finishes, so the framework does not report it.
  app.addHook('onSend', async (request, reply) => {
    const {raw} = reply;
    const noteClosed = () => {
      if (raw.writableFinished) return;
      const status = raw.headersSent ? reply.statusCode : CLIENT_CLOSED;
      note(request, reply, 'the client closed the connection', status);
    };
    if (raw.destroyed) noteClosed();
    else raw.once('close', noteClosed);
  });
};

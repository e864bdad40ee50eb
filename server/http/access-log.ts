import type {FastifyBaseLogger, FastifyReply, FastifyRequest} from 'fastify';

import type {App} from './app-type.js';
import type {Metrics} from './metrics.js';

/** Status of nginx for a request whose client closed the connection before a response began. */
const CLIENT_CLOSED = 499;
const CLOSED = 'the client closed the connection';

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
  // A response whose connection is closed never finishes, so the framework does not report it. It
  // also waits forever for a body whose connection has closed before it reads the body.
  const sending = new WeakSet<FastifyReply>();
  const noteClosed = (request: FastifyRequest, reply: FastifyReply) => {
    const {raw} = reply;
    const isHijacked = reply.sent && !sending.has(reply);
    if (raw.writableFinished || isHijacked) return;
    note(request, reply, CLOSED, raw.headersSent ? reply.statusCode : CLIENT_CLOSED);
  };
  app.addHook('onRequest', async (request, reply) => {
    reply.raw.on('close', () => {
      noteClosed(request, reply);
    });
  });
  app.addHook('onSend', async (request, reply) => {
    sending.add(reply);
    if (reply.raw.destroyed) noteClosed(request, reply);
  });
};

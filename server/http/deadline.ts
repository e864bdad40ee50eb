import type {FastifyReply, FastifyRequest} from 'fastify';

import {TooSlow, Unavailable} from '../errors.js';
import type {App} from './app-type.js';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The route takes as long as its own rules allow. */
    keepsOwnTime?: boolean;
  }
}

/** From the last byte of the body to the answer. */
export const ANSWER_MS = 1_800;
/** For a body of a few kilobytes, on a bad line. */
export const BODY_MS = 10_000;
const LOOK_MS = 200;

/**
 * Answers in time even when a part behind us does not: a request that still waits for the database
 * gets a clear 503. What it was about to do may still happen, and every step can be repeated.
 */
export const keepDeadlines = (app: App): void => {
  app.addHook('onRequest', async (request, reply) => {
    if (!request.routeOptions.config.keepsOwnTime) watch(request, reply);
  });
};

const watch = (request: FastifyRequest, reply: FastifyReply): void => {
  const started = performance.now();
  let bodyEnded = started;
  const timer = setInterval(() => {
    const now = performance.now();
    if (!request.raw.complete) bodyEnded = now;
    if (now - bodyEnded > ANSWER_MS) end(new Unavailable());
    else if (bodyEnded - started > BODY_MS) end(new TooSlow());
  }, LOOK_MS);
  const end = (error: Error) => {
    clearInterval(timer);
    if (!reply.sent) void reply.send(error);
  };
  reply.raw.once('close', () => {
    clearInterval(timer);
  });
};

import type {FastifyReply, FastifyRequest} from 'fastify';

import {TooSlow, Unavailable} from '../errors.js';
import type {App} from './app-type.js';

declare module 'fastify' {
  interface FastifyContextConfig {
    /**
     * The route takes as long as its own rules allow: from the start, or from when its handler
     * says so with `takeOwnTime`.
     */
    keepsOwnTime?: boolean | 'later';
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
    const {keepsOwnTime} = request.routeOptions.config;
    if (keepsOwnTime !== true) watch(request, reply, keepsOwnTime !== 'later');
  });
};

const watches = new WeakMap<FastifyRequest, () => void>();

/** Ends the watch over a request. Throws when it has already been answered for lack of time. */
export const takeOwnTime = (request: FastifyRequest, reply: FastifyReply): void => {
  watches.get(request)?.();
  if (reply.sent) throw new Unavailable();
};

/** The work's result, or `Unavailable` in time; then `onLate` gets what still comes of it. */
export const inTime = async <T>(work: Promise<T>, onLate?: (result: T) => void): Promise<T> => {
  let timer: NodeJS.Timeout | undefined;
  let late = false;
  const tooLate = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      late = true;
      reject(new Unavailable());
    }, ANSWER_MS);
  });
  const done = work.then((result) => {
    if (late) onLate?.(result);
    return result;
  });
  try {
    return await Promise.race([done, tooLate]);
  } finally {
    clearTimeout(timer);
  }
};

const watch = (request: FastifyRequest, reply: FastifyReply, waitsForBody: boolean): void => {
  const started = performance.now();
  let bodyEnded = started;
  const timer = setInterval(() => {
    const now = performance.now();
    if (waitsForBody && !request.raw.complete) bodyEnded = now;
    if (now - bodyEnded > ANSWER_MS) end(new Unavailable());
    else if (bodyEnded - started > BODY_MS) end(new TooSlow());
  }, LOOK_MS);
  const stop = () => {
    clearInterval(timer);
  };
  const end = (error: Error) => {
    stop();
    if (!reply.sent) void reply.send(error);
  };
  reply.raw.once('close', stop);
  watches.set(request, stop);
};

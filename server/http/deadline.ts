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
const POLL_INTERVAL_MS = 200;

/**
 * Answers in time even when a part behind us does not: a request that still waits for the database
 * gets a clear 503. What it was about to do may still happen, and every step can be repeated.
 */
export const registerRequestTimeout = (app: App): void => {
  app.addHook('onRequest', (request, reply, done) => {
    const {keepsOwnTime} = request.routeOptions.config;
    if (keepsOwnTime !== true) track(request, reply, keepsOwnTime !== 'later');
    done();
  });
  // One timer for all: a timer for each request costs more than what it waits for.
  const timer = setInterval(checkDeadlines, POLL_INTERVAL_MS).unref();
  app.addHook('onClose', async () => {
    clearInterval(timer);
  });
};

interface PendingRequest {
  request: FastifyRequest;
  reply: FastifyReply;
  waitsForBody: boolean;
  startedMs: number;
  bodyEndedMs: number;
}

const watches = new Map<FastifyRequest, PendingRequest>();

/** Ends the watch over a request. Throws when it has already been answered for lack of time. */
export const disableTimeout = (request: FastifyRequest, reply: FastifyReply): void => {
  watches.delete(request);
  if (reply.sent) throw new Unavailable();
};

/** The work's result, or `Unavailable` in time; then `onLate` gets what still comes of it. */
export const withinTime = async <T>(work: Promise<T>, onLate?: (result: T) => void): Promise<T> => {
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

const track = (request: FastifyRequest, reply: FastifyReply, waitsForBody: boolean): void => {
  const nowMs = performance.now();
  watches.set(request, {request, reply, waitsForBody, startedMs: nowMs, bodyEndedMs: nowMs});
  reply.raw.once('close', () => watches.delete(request));
};

const checkDeadlines = (): void => {
  const nowMs = performance.now();
  for (const watched of watches.values()) {
    const {request, waitsForBody, startedMs} = watched;
    if (waitsForBody && !request.raw.complete) watched.bodyEndedMs = nowMs;
    if (nowMs - watched.bodyEndedMs > ANSWER_MS) end(watched, new Unavailable());
    else if (watched.bodyEndedMs - startedMs > BODY_MS) end(watched, new TooSlow());
  }
};

const end = ({request, reply}: PendingRequest, error: Error): void => {
  watches.delete(request);
  // A response that has begun is in time, however long its client takes to read it.
  if (!reply.sent && !reply.raw.headersSent) void reply.send(error);
};

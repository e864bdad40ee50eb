import type {FastifyReply, FastifyRequest} from 'fastify';

import {withTimeout} from '../async/timeout.js';
import {TooSlow, Unavailable} from '../errors.js';
import type {App} from './app-type.js';

declare module 'fastify' {
  interface FastifyContextConfig {
    /**
     * Whether the request timeout is disabled: `true` from the start, `later` as soon as the
     * handler calls `disableTimeout`.
     */
    disablesTimeout?: boolean | 'later';
  }
  interface FastifyRequest {
    /** Function that ends the timeout of this request; null if it has none. */
    stopTimeout: (() => void) | null;
  }
}

/** Time from the last byte of the body to the response. */
export const RESPONSE_MS = 1_800;
/** Time for a body of a few kilobytes on a slow connection. */
export const BODY_MS = 10_000;
const POLL_INTERVAL_MS = 200;

/**
 * Registers a timeout for all requests: a request that still waits for the database gets a 503. Its
 * changes may still be made afterwards; every request can safely be repeated.
 */
export const registerRequestTimeout = (app: App): void => {
  const pending = new Set<PendingRequest>();
  app.decorateRequest('stopTimeout', null);
  app.addHook('onRequest', (request, reply, done) => {
    const {disablesTimeout} = request.routeOptions.config;
    if (disablesTimeout !== true) track(pending, request, reply);
    done();
  });
  // One timer for all requests is cheaper than a timer for each.
  const timer = setInterval(() => {
    checkDeadlines(pending);
  }, POLL_INTERVAL_MS).unref();
  app.addHook('onClose', async () => {
    clearInterval(timer);
  });
};

interface PendingRequest {
  request: FastifyRequest;
  reply: FastifyReply;
  /** Whether the time for the body has a separate limit. */
  waitsForBody: boolean;
  startedMs: number;
  bodyEndedMs: number;
}

/** Ends the timeout of a request. Throws `Unavailable` if the timeout has already responded. */
export const disableTimeout = (request: FastifyRequest, reply: FastifyReply): void => {
  request.stopTimeout?.();
  if (reply.sent) throw new Unavailable();
};

/**
 * Returns the result of `work`. Throws `Unavailable` after `RESPONSE_MS`, and passes a later result
 * to `onLate`. For routes that have disabled the timeout of their request.
 */
export const withResponseTimeout = <T>(
  work: Promise<T>,
  onLate?: (result: T) => void,
): Promise<T> =>
  withTimeout(work, RESPONSE_MS, () => {
    if (onLate) void work.then(onLate, () => undefined);
    throw new Unavailable();
  });

const track = (
  pending: Set<PendingRequest>,
  request: FastifyRequest,
  reply: FastifyReply,
): void => {
  const nowMs = performance.now();
  const waitsForBody = request.routeOptions.config.disablesTimeout !== 'later';
  const tracked = {request, reply, waitsForBody, startedMs: nowMs, bodyEndedMs: nowMs};
  // A request without a timeout keeps nothing of it in memory: it may be a stream that lasts for hours.
  const stopTimeout = () => {
    pending.delete(tracked);
    request.stopTimeout = null;
    reply.raw.off('close', stopTimeout);
  };
  pending.add(tracked);
  request.stopTimeout = stopTimeout;
  reply.raw.on('close', stopTimeout);
};

const checkDeadlines = (pending: Set<PendingRequest>): void => {
  const nowMs = performance.now();
  for (const tracked of pending) {
    const {request, waitsForBody, startedMs} = tracked;
    if (waitsForBody && !request.raw.complete) tracked.bodyEndedMs = nowMs;
    if (nowMs - tracked.bodyEndedMs > RESPONSE_MS) sendTimeout(tracked, new Unavailable());
    else if (tracked.bodyEndedMs - startedMs > BODY_MS) sendTimeout(tracked, new TooSlow());
  }
};

const sendTimeout = ({request, reply}: PendingRequest, error: Error): void => {
  request.stopTimeout?.();
  // A response that has begun is in time, even if its client reads slowly.
  if (!reply.sent && !reply.raw.headersSent) void reply.send(error);
};

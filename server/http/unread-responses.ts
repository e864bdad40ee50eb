import type {FastifyReply} from 'fastify';

import {MEBIBYTE} from '../units.js';
import type {App} from './app-type.js';

export interface ResponseLimits {
  /** Time that each client has, even for a small response. */
  baseMs: number;
  /** Slowest rate at which a client is allowed to read. */
  bytesPerSecond: number;
  /** Bytes of all responses together that clients have not read yet. */
  unreadBytes: number;
  intervalMs: number;
}

const LIMITS: ResponseLimits = {
  baseMs: 30_000,
  bytesPerSecond: 8 * 1024,
  unreadBytes: 64 * MEBIBYTE,
  intervalMs: 1_000,
};

/**
 * Closes the connections of clients that do not read their responses, which the process would
 * otherwise keep in memory. Streams without a length have their own limits.
 */
export const limitUnreadResponses = (app: App, limits = LIMITS): void => {
  const sending = new Map<FastifyReply, number>();
  app.addHook('onSend', async (_request, reply) => {
    // The connection has closed, and a closed response never emits 'close' again.
    if (reply.raw.destroyed) return;
    sending.set(reply, performance.now());
    reply.raw.once('close', () => sending.delete(reply));
  });
  const timer = setInterval(() => {
    closeSlow(sending, limits);
    closeBeyond([...sending.keys()], limits.unreadBytes);
  }, limits.intervalMs).unref();
  app.addHook('onClose', async () => {
    clearInterval(timer);
  });
};

const closeSlow = (
  sending: Map<FastifyReply, number>,
  {baseMs, bytesPerSecond}: ResponseLimits,
): void => {
  const nowMs = performance.now();
  for (const [reply, startedMs] of sending) {
    const length = reply.getHeader('content-length');
    if (length === undefined) continue;
    const allowedMs = baseMs + (1_000 * Number(length)) / bytesPerSecond;
    if (nowMs - startedMs > allowedMs) reply.raw.destroy();
  }
};

/** Closes the largest responses first, so that a few slow clients do not affect many others. */
const closeBeyond = (sending: FastifyReply[], unreadBytes: number): void => {
  let total = sending.reduce((sum, {raw}) => sum + raw.writableLength, 0);
  if (total <= unreadBytes) return;
  for (const {raw} of sending.sort((a, b) => b.raw.writableLength - a.raw.writableLength)) {
    total -= raw.writableLength;
    raw.destroy();
    if (total <= unreadBytes) return;
  }
};

import type {IncomingMessage} from 'node:http';
import type {Socket} from 'node:net';

import {withTimeout} from '../async/timeout.js';
import {MEBIBYTE} from '../units.js';

export const DRAIN_MAX_BYTES = 8 * MEBIBYTE;
/** Long enough for a busy proxy, which must read the response before the connection is closed. */
export const DRAIN_MAX_MS = 10_000;

export interface DrainLimits {
  /** Maximum number of bodies that are discarded at the same time. */
  total: number;
  /** Maximum number of bodies of one client network. */
  perClient: number;
  /** Bytes of all bodies together that are discarded within `tickMs`. */
  bytesPerTick: number;
  tickMs: number;
}

const LIMITS: DrainLimits = {
  total: 1_000,
  perClient: 250,
  bytesPerTick: 25 * MEBIBYTE,
  tickMs: 100,
};

/**
 * Discards the bodies of refused requests, so that each response arrives and its connection can be
 * used again. Limits apply to each body and to all together, because refused clients must not keep
 * the server busy.
 */
export class BodyDrain {
  private readonly clients = new Map<string, number>();
  private readonly paused = new Set<IncomingMessage>();
  private total = 0;
  private seenBytes = 0;
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly limits: DrainLimits = LIMITS) {}

  /**
   * Starts to discard the rest of a body. Returns false if too many others are being discarded; the
   * connection cannot be used again then. Call it before the response is sent: afterwards Node
   * itself discards the body, without a limit.
   */
  begin(request: IncomingMessage, client: string): boolean {
    if (request.complete || request.destroyed) return true;
    const ofClient = this.clients.get(client) ?? 0;
    if (this.total >= this.limits.total || ofClient >= this.limits.perClient) return false;
    this.clients.set(client, ofClient + 1);
    if (this.total++ === 0) this.startTicks();
    void discard(request, (bytes) => {
      this.count(request, bytes);
    }).then(() => {
      this.end(request, client);
    });
    return true;
  }

  private count(request: IncomingMessage, bytes: number): void {
    this.seenBytes += bytes;
    if (this.seenBytes <= this.limits.bytesPerTick) return;
    request.pause();
    this.paused.add(request);
  }

  private end(request: IncomingMessage, client: string): void {
    this.paused.delete(request);
    const left = (this.clients.get(client) ?? 1) - 1;
    if (left > 0) this.clients.set(client, left);
    else this.clients.delete(client);
    if (--this.total === 0) clearInterval(this.timer);
  }

  private startTicks(): void {
    this.timer = setInterval(() => {
      this.seenBytes = 0;
      for (const request of this.paused) request.resume();
      this.paused.clear();
    }, this.limits.tickMs).unref();
  }
}

/** Discards a body until it or its connection ends. Closes the connection beyond the limits. */
const discard = async (
  request: IncomingMessage,
  onBytes: (bytes: number) => void,
): Promise<void> => {
  const {socket} = request;
  let seenBytes = 0;
  const close = () => {
    socket.destroy();
  };
  const over = new Promise<void>((resolve) => {
    for (const event of ['end', 'close', 'error']) request.once(event, resolve);
  });
  const release = holdOpen(socket);
  request.unpipe();
  request.on('data', (chunk: Buffer) => {
    seenBytes += chunk.length;
    if (seenBytes > DRAIN_MAX_BYTES) close();
    else onBytes(chunk.length);
  });
  request.resume();
  await withTimeout(over, DRAIN_MAX_MS, close);
  release();
};

/**
 * Delays the end of a connection until the returned function is called. Node closes a connection
 * right after its last response, which is the first with HTTP/1.0 or `Connection: close`. Unread
 * bytes then turn the close into a reset: the client, often a proxy, fails to write its body and
 * may never read the response.
 */
const holdOpen = (socket: Socket): (() => void) => {
  const destroySoon = socket.destroySoon.bind(socket);
  let isDue = false;
  socket.destroySoon = () => {
    isDue = true;
  };
  return () => {
    socket.destroySoon = destroySoon;
    if (isDue) destroySoon();
  };
};

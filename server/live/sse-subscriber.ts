import type {ServerResponse} from 'node:http';

import type {LiveEvent} from '../contract/events.js';
import type {EncodedEvent, Envelope} from './encoded-event.js';
import {Subscriber} from './subscriber.js';
import type {CloseReason} from './subscriber.js';

/** Time after which a client reconnects. It is random, so that clients do not all do so at once. */
const RETRY_MS = {least: 1_000, spread: 1_000};

/** Subscriber that gets Server-Sent Events on a response whose head was already sent. */
export class SseSubscriber<Event extends Envelope = LiveEvent> extends Subscriber<Event> {
  readonly isPersistent = true;

  constructor(
    private readonly response: ServerResponse,
    {cursor, tokenHash, onDrain}: {cursor: number; tokenHash: Uint8Array; onDrain: () => void},
  ) {
    super(cursor, tokenHash);
    const retryMs = RETRY_MS.least + Math.round(Math.random() * RETRY_MS.spread);
    response.write(`retry: ${retryMs}\n\n`);
    response.on('drain', onDrain);
  }

  override get isFull(): boolean {
    return this.response.writableNeedDrain;
  }

  override end(reason: CloseReason, last?: EncodedEvent<Event>): void {
    // A client that does not read would not read the last event either.
    if (reason === 'slow') this.response.destroy();
    else this.response.end(last?.sse ?? '');
  }

  protected override write(event: EncodedEvent<Event>): void {
    this.response.write(event.sse);
  }

  protected override sendHeartbeat(): void {
    this.response.write(': \n\n');
  }
}

import type {ServerResponse} from 'node:http';

import type {EncodedEvent} from './encoded-event.js';
import {Subscriber} from './subscriber.js';
import type {CloseReason} from './subscriber.js';

/** Before a client whose stream has ended comes back; not all of a server's in the same moment. */
const RETRY_MS = {least: 1_000, spread: 1_000};

/** Server-Sent Events on a response whose head was written. */
export class EventStream extends Subscriber {
  readonly stays = true;

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

  override end(why: CloseReason, last?: EncodedEvent): void {
    // Whoever does not read what it was sent would not read this either.
    if (why === 'slow') this.response.destroy();
    else this.response.end(last?.sse ?? '');
  }

  protected override write(frame: EncodedEvent): void {
    this.response.write(frame.sse);
  }

  protected override beat(): void {
    this.response.write(': \n\n');
  }
}

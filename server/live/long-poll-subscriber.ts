import type {EventPage} from '../contract/events.js';
import type {EncodedEvent} from './encoded-event.js';
import {Subscriber} from './subscriber.js';
import type {CloseReason} from './subscriber.js';

/** Subscriber that gets one response: the first events, or none if it is closed before. */
export class LongPollSubscriber extends Subscriber {
  readonly isPersistent = false;
  readonly page: Promise<EventPage>;
  private respond!: (page: EventPage) => void;
  private readonly received: EncodedEvent[] = [];
  private isOver = false;

  constructor({cursor, tokenHash}: {cursor: number; tokenHash: Uint8Array}) {
    super(cursor, tokenHash);
    this.page = new Promise((resolve) => {
      this.respond = resolve;
    });
  }

  override get isFull(): boolean {
    return this.isOver;
  }

  override end(_why: CloseReason, last?: EncodedEvent): void {
    if (last) this.received.push(last);
    this.close();
  }

  /** Responds with the events that were received so far. */
  close(): void {
    if (this.isOver) return;
    this.isOver = true;
    const events = this.received.map(({event}) => event);
    this.respond({events, next: events.findLast(({seq}) => seq !== null)?.seq ?? this.cursor});
  }

  protected override write(event: EncodedEvent): void {
    // All events of one tick are part of the response.
    if (this.received.push(event) === 1) setImmediate(() => this.close());
  }

  protected override sendHeartbeat(): void {
    // The response has not begun, so a heartbeat is not possible.
  }
}

import type {LiveEvent} from '../contract/events.js';
import type {EncodedEvent, Envelope} from './encoded-event.js';
import {Subscriber} from './subscriber.js';
import type {CloseReason} from './subscriber.js';

export interface Page<Event> {
  events: Event[];
  /** Cursor for the next call. */
  next: number;
}

/** Subscriber that gets one response: the first events, or none if it is closed before. */
export class LongPollSubscriber<Event extends Envelope = LiveEvent> extends Subscriber<Event> {
  readonly isPersistent = false;
  readonly page: Promise<Page<Event>>;
  private respond!: (page: Page<Event>) => void;
  private readonly received: EncodedEvent<Event>[] = [];
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

  override end(_why: CloseReason, last?: EncodedEvent<Event>): void {
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

  protected override write(event: EncodedEvent<Event>): void {
    // All events of one tick are part of the response.
    if (this.received.push(event) === 1) setImmediate(() => this.close());
  }

  protected override sendHeartbeat(): void {
    // The response has not begun, so a heartbeat is not possible.
  }
}

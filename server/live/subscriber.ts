import type {LiveEvent} from '../contract/events.js';
import {HEARTBEAT_MS} from '../contract/limits.js';
import type {EncodedEvent, Envelope} from './encoded-event.js';
import type {SessionEnd} from './store.js';

/** Reason why a subscriber is disconnected. */
export type CloseReason = SessionEnd | 'refused' | 'draining' | 'slow';

/** Time after which a subscriber that does not read is disconnected. */
const SLOW_MS = 20_000;

/**
 * Client that reads a session's events. Events that do not fit its buffer are not kept. They are
 * queried again from its cursor when it has room, so that a slow client costs only one buffer.
 */
export abstract class Subscriber<Event extends Envelope = LiveEvent> {
  /** Length of the text sent so far for each running message, in UTF-16 units. */
  readonly positions = new Map<number, number>();
  private sentAtMs = performance.now();
  private fullSinceMs: number | undefined;

  constructor(
    /** Sequence number of the last delivered event. */
    public cursor: number,
    readonly tokenHash: Uint8Array,
  ) {}

  /** Whether the buffer is full. `markWritable` is called when it has room again. */
  abstract get isFull(): boolean;
  /** Whether the connection stays open after an event. Only then are transient events sent. */
  abstract readonly isPersistent: boolean;

  protected abstract write(event: EncodedEvent<Event>): void;
  protected abstract sendHeartbeat(): void;
  /** Ends the connection. `last` is the event that contains the reason, if there is one. */
  abstract end(reason: CloseReason, last?: EncodedEvent<Event>): void;

  /** Sends events in order until the buffer is full. Returns the number of sent events. */
  deliver(events: EncodedEvent<Event>[]): number {
    const sent: EncodedEvent<Event>[] = [];
    for (const encoded of events) {
      if (this.isFull) break;
      this.write(encoded);
      sent.push(encoded);
      this.cursor = encoded.event.seq ?? this.cursor;
    }
    if (sent.length > 0) this.sentAtMs = performance.now();
    if (sent.length < events.length) this.fullSinceMs ??= performance.now();
    return sent.length;
  }

  markWritable(): void {
    this.fullSinceMs = undefined;
  }

  /** Sends a heartbeat if one is due. Returns false if the buffer has been full for too long. */
  checkLiveness(nowMs: number): boolean {
    if (nowMs - this.sentAtMs >= HEARTBEAT_MS) {
      this.sentAtMs = nowMs;
      if (this.isFull) this.fullSinceMs ??= nowMs;
      else this.sendHeartbeat();
    }
    return this.fullSinceMs === undefined || nowMs - this.fullSinceMs < SLOW_MS;
  }
}

import {HEARTBEAT_MS} from '../contract/limits.js';
import type {EncodedEvent} from './encoded-event.js';
import type {SessionEnd} from '../events/store.js';

/** Why a reader is told no more. */
export type CloseReason = SessionEnd | 'refused' | 'draining' | 'slow';

/** How long a reader may leave what it was sent lying. */
const SLOW_MS = 20_000;

/**
 * Somebody who reads a session's events. What it cannot take now is not kept for it: it is looked
 * up again from its number on when it has room, so that a slow reader costs one buffer.
 */
export abstract class Subscriber {
  /** Up to where the text of each running message was sent, in UTF-16 units. */
  readonly positions = new Map<number, number>();
  private sentAtMs = performance.now();
  private fullSinceMs: number | undefined;

  constructor(
    /** The number of the last event that it was given. */
    public cursor: number,
    readonly tokenHash: Uint8Array,
  ) {}

  /** Whether it takes nothing at the moment; `drained` says when it does again. */
  abstract get isFull(): boolean;
  /** Fleeting events interest only those who stay. */
  abstract readonly stays: boolean;

  protected abstract write(frame: EncodedEvent): void;
  protected abstract beat(): void;
  /** `last` is the event that says why, if there is one. */
  abstract end(why: CloseReason, last?: EncodedEvent): void;

  /** Gives what it can take, in order; answers how many. */
  deliver(frames: EncodedEvent[]): number {
    const taken: EncodedEvent[] = [];
    for (const frame of frames) {
      if (this.isFull) break;
      this.write(frame);
      taken.push(frame);
      this.cursor = frame.event.seq ?? this.cursor;
    }
    if (taken.length > 0) this.sentAtMs = performance.now();
    if (taken.length < frames.length) this.fullSinceMs ??= performance.now();
    return taken.length;
  }

  drained(): void {
    this.fullSinceMs = undefined;
  }

  /** Looks whether a sign of life is due. False for one that has been full for too long. */
  keepsUp(nowMs: number): boolean {
    if (nowMs - this.sentAtMs >= HEARTBEAT_MS) {
      this.sentAtMs = nowMs;
      if (this.isFull) this.fullSinceMs ??= nowMs;
      else this.beat();
    }
    return this.fullSinceMs === undefined || nowMs - this.fullSinceMs < SLOW_MS;
  }
}

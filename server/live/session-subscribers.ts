import {EncodedEvent} from './encoded-event.js';
import type {Delta} from '../events/transient-events.js';
import type {CloseReason, Subscriber} from './subscriber.js';
import {StreamingTexts} from './streaming-texts.js';
import {sameHash} from '../visits/token.js';
import type {FoundEvents} from '../events/store.js';

export interface SessionSubscribersDeps {
  find: (after: number) => Promise<FoundEvents>;
  /** Asks whoever writes a running message to repeat it. */
  wantMoments: () => void;
  onFailed: (error: unknown) => void;
  onEmpty: () => void;
}

const WANT_AGAIN_MS = 1_000;

/** The readers of one session in this process. Those who have read up to one number share a look. */
export class SessionSubscribers {
  private readonly readers = new Set<Subscriber>();
  private readonly texts = new StreamingTexts();
  private isLooking = false;
  private again = false;
  private lookedAtMs = -Infinity;
  private wantedAtMs = -Infinity;
  private last = 0;

  constructor(private readonly deps: SessionSubscribersDeps) {}

  get size(): number {
    return this.readers.size;
  }

  join(reader: Subscriber): () => void {
    this.readers.add(reader);
    this.poll();
    return () => {
      this.leave(reader);
    };
  }

  /** Number 0 says that the session itself has changed. */
  hasNews(seq: number): void {
    if (seq === 0 || seq > this.last) this.poll();
  }

  poll(): void {
    this.again = true;
    if (!this.isLooking) void this.pollWhileWanted();
  }

  tick(nowMs: number, lookMs: number): void {
    for (const reader of this.readers) {
      if (!reader.keepsUp(nowMs)) this.dismiss(reader, 'slow');
    }
    if (nowMs - this.lookedAtMs > lookMs) this.poll();
  }

  endAll(why: CloseReason): void {
    for (const reader of this.readers) this.dismiss(reader, why);
  }

  /** Dropped by those who cannot take it now. */
  broadcastTransient(frame: EncodedEvent): void {
    for (const reader of this.readers) {
      if (reader.stays && !reader.isFull) reader.deliver([frame]);
    }
  }

  onDelta(delta: Delta): void {
    if (!this.texts.add(delta)) this.want();
    for (const reader of this.readers) this.texts.giveTo(reader);
  }

  private async pollWhileWanted(): Promise<void> {
    this.isLooking = true;
    try {
      while (this.again && this.readers.size > 0) {
        this.again = false;
        this.lookedAtMs = performance.now();
        const groups = [...this.groups()];
        const found = await Promise.all(groups.map(([after]) => this.deps.find(after)));
        this.last = Math.max(...found.map(({last}) => last), 0);
        groups.forEach(([, readers], i) => {
          this.deliverAll(readers, found[i] as FoundEvents);
        });
      }
    } catch (error) {
      // When the next look is due it makes up for this one.
      this.again = false;
      this.deps.onFailed(error);
    } finally {
      this.isLooking = false;
    }
  }

  private groups(): Map<number, Subscriber[]> {
    const groups = new Map<number, Subscriber[]>();
    for (const reader of this.readers) {
      if (reader.isFull) continue;
      const group = groups.get(reader.cursor);
      if (group) group.push(reader);
      else groups.set(reader.cursor, [reader]);
    }
    return groups;
  }

  private deliverAll(readers: Subscriber[], found: FoundEvents): void {
    const frames = found.events.map((event) => EncodedEvent.stored(event));
    for (const reader of readers) if (this.readers.has(reader)) this.deliver(reader, found, frames);
  }

  private deliver(reader: Subscriber, found: FoundEvents, frames: EncodedEvent[]): void {
    if (found.tokenHash && !sameHash(found.tokenHash, reader.tokenHash)) {
      this.dismiss(reader, 'refused', stateFrame('refused', null));
      return;
    }
    // It knows a log that was set back since: what comes from now on is news to it.
    reader.cursor = Math.min(reader.cursor, found.last);
    const taken = reader.deliver(frames);
    for (const frame of frames.slice(0, taken)) this.texts.follow(reader, frame.event);
    if (taken < frames.length) return;
    if (found.hasMore) this.again = true;
    else if (found.ended) {
      this.dismiss(reader, found.ended, stateFrame(found.ended, found.last + 1));
    } else this.replayStreaming(reader, found.running);
  }

  /** A reader who comes back in the middle of a text is given what it has missed of it. */
  private replayStreaming(reader: Subscriber, running: number[]): void {
    if (running.length === 0 || !reader.stays) return;
    for (const id of running) if (!reader.positions.has(id)) reader.positions.set(id, 0);
    if (!running.every((id) => this.texts.has(id))) this.want();
    this.texts.giveTo(reader);
  }

  private want(): void {
    const nowMs = performance.now();
    if (nowMs - this.wantedAtMs < WANT_AGAIN_MS) return;
    this.wantedAtMs = nowMs;
    this.deps.wantMoments();
  }

  private dismiss(reader: Subscriber, why: CloseReason, last?: EncodedEvent): void {
    this.leave(reader);
    reader.end(why, last);
  }

  private leave(reader: Subscriber): void {
    if (this.readers.delete(reader) && this.readers.size === 0) this.deps.onEmpty();
  }
}

const stateFrame = (state: 'gone' | 'erased' | 'refused', seq: number | null): EncodedEvent =>
  EncodedEvent.encode({type: 'session_state', data: {state}}, seq);

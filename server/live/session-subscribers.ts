import {EncodedEvent} from './encoded-event.js';
import type {Delta} from '../events/transient-events.js';
import type {CloseReason, Subscriber} from './subscriber.js';
import {StreamingTexts} from './streaming-texts.js';
import {isSameHash} from '../visits/token.js';
import type {SessionEvents} from './store.js';

export interface SessionSubscribersDeps {
  find: (after: number) => Promise<SessionEvents>;
  /** Asks the process that writes a running message to repeat its text. */
  requestReplay: () => void;
  onFailed: (error: unknown) => void;
  onEmpty: () => void;
}

const REPLAY_INTERVAL_MS = 1_000;

/** Subscribers of one session in this process. Subscribers at the same cursor share one query. */
export class SessionSubscribers {
  private readonly subscribers = new Set<Subscriber>();
  private readonly texts = new StreamingTexts();
  private isPolling = false;
  private isPollWanted = false;
  private polledAtMs = -Infinity;
  private replayRequestedAtMs = -Infinity;
  private lastSeq = 0;

  constructor(private readonly deps: SessionSubscribersDeps) {}

  get size(): number {
    return this.subscribers.size;
  }

  join(subscriber: Subscriber): () => void {
    this.subscribers.add(subscriber);
    this.poll();
    return () => {
      this.leave(subscriber);
    };
  }

  /** Polls if there are new events. Number 0 means that the session itself has changed. */
  onPublished(seq: number): void {
    if (seq === 0 || seq > this.lastSeq) this.poll();
  }

  poll(): void {
    this.isPollWanted = true;
    if (!this.isPolling) void this.pollWhileWanted();
  }

  tick(nowMs: number, intervalMs: number): void {
    for (const subscriber of this.subscribers) {
      if (!subscriber.checkLiveness(nowMs)) this.disconnect(subscriber, 'slow');
    }
    if (nowMs - this.polledAtMs > intervalMs) this.poll();
  }

  endAll(reason: CloseReason): void {
    for (const subscriber of this.subscribers) this.disconnect(subscriber, reason);
  }

  /** Sends a transient event. It is lost for subscribers whose buffer is full. */
  broadcastTransient(event: EncodedEvent): void {
    for (const subscriber of this.subscribers) {
      if (subscriber.isPersistent && !subscriber.isFull) subscriber.deliver([event]);
    }
  }

  onDelta(delta: Delta): void {
    if (!this.texts.add(delta)) this.requestReplay();
    for (const subscriber of this.subscribers) this.texts.deliverTo(subscriber);
  }

  private async pollWhileWanted(): Promise<void> {
    this.isPolling = true;
    try {
      while (this.isPollWanted && this.subscribers.size > 0) {
        this.isPollWanted = false;
        this.polledAtMs = performance.now();
        const groups = [...this.groupByCursor()];
        const found = await Promise.all(groups.map(([after]) => this.deps.find(after)));
        this.lastSeq = Math.max(...found.map(({last}) => last), 0);
        groups.forEach(([, subscribers], i) => {
          this.deliverAll(subscribers, found[i] as SessionEvents);
        });
      }
    } catch (error) {
      // The next scheduled poll repeats this one.
      this.isPollWanted = false;
      this.deps.onFailed(error);
    } finally {
      this.isPolling = false;
    }
  }

  private groupByCursor(): Map<number, Subscriber[]> {
    const groups = new Map<number, Subscriber[]>();
    for (const subscriber of this.subscribers) {
      if (subscriber.isFull) continue;
      const group = groups.get(subscriber.cursor);
      if (group) group.push(subscriber);
      else groups.set(subscriber.cursor, [subscriber]);
    }
    return groups;
  }

  private deliverAll(subscribers: Subscriber[], found: SessionEvents): void {
    const events = found.events.map((event) => EncodedEvent.fromStored(event));
    for (const subscriber of subscribers) {
      if (this.subscribers.has(subscriber)) this.deliver(subscriber, found, events);
    }
  }

  private deliver(subscriber: Subscriber, found: SessionEvents, events: EncodedEvent[]): void {
    if (found.tokenHash && !isSameHash(found.tokenHash, subscriber.tokenHash)) {
      this.disconnect(subscriber, 'refused', createStateEvent('refused', null));
      return;
    }
    // The cursor is ahead of the log (restored backup): restart from the log's end.
    subscriber.cursor = Math.min(subscriber.cursor, found.last);
    const sentCount = subscriber.deliver(events);
    for (const {event} of events.slice(0, sentCount)) this.texts.follow(subscriber, event);
    if (sentCount < events.length) return;
    if (found.hasMore) this.isPollWanted = true;
    else if (found.ended) {
      this.disconnect(subscriber, found.ended, createStateEvent(found.ended, found.last + 1));
    } else this.replayStreaming(subscriber, found.running);
  }

  /** Sends the missed text of running messages to a subscriber that connects in the middle. */
  private replayStreaming(subscriber: Subscriber, running: number[]): void {
    if (running.length === 0 || !subscriber.isPersistent) return;
    for (const id of running) if (!subscriber.positions.has(id)) subscriber.positions.set(id, 0);
    if (!running.every((id) => this.texts.has(id))) this.requestReplay();
    this.texts.deliverTo(subscriber);
  }

  private requestReplay(): void {
    const nowMs = performance.now();
    if (nowMs - this.replayRequestedAtMs < REPLAY_INTERVAL_MS) return;
    this.replayRequestedAtMs = nowMs;
    this.deps.requestReplay();
  }

  private disconnect(subscriber: Subscriber, reason: CloseReason, last?: EncodedEvent): void {
    this.leave(subscriber);
    subscriber.end(reason, last);
  }

  private leave(subscriber: Subscriber): void {
    if (this.subscribers.delete(subscriber) && this.subscribers.size === 0) this.deps.onEmpty();
  }
}

const createStateEvent = (state: 'gone' | 'erased' | 'refused', seq: number | null): EncodedEvent =>
  EncodedEvent.encode({type: 'session_state', data: {state}}, seq);

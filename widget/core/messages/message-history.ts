import type {LiveEvent} from '../../../server/contract/events.js';
import {MAX_MESSAGE_PAGE} from '../../../server/contract/limits.js';
import type {Message, MessageList} from '../../../server/contract/messages.js';

import type {VisitorSession} from '../session/session.js';
import type {Retrier} from '../transport/retry.js';

interface HistoryDeps {
  session: Readonly<VisitorSession>;
  retrier: Retrier;
  signal: AbortSignal;
  onMessage: (message: Message) => void;
  onEvent(event: LiveEvent): void;
  /** Events were missed, which may have concerned more than messages. */
  onGap(): void;
  onFailure: (error: unknown) => void;
}

/** Loads the stored messages, and passes on the events that follow them without a gap. */
export class MessageHistory {
  /** Number of the last event that is known. */
  cursor = 0;
  /** Resolves with false if the messages could not be loaded. */
  isLoaded = Promise.resolve(false);
  private hasLoaded = false;
  private readonly waitingEvents: LiveEvent[] = [];

  constructor(private readonly deps: HistoryDeps) {}

  load() {
    return (this.isLoaded = this.loadAll());
  }

  receive(events: LiveEvent[]) {
    for (const event of events) {
      const {seq} = event;
      if (!this.hasLoaded) this.waitingEvents.push(event);
      else if (seq === null) this.deps.onEvent(event);
      // One was missed, such as while this tab was frozen.
      else if (seq > this.cursor + 1) void this.catchUp();
      else if (seq > this.cursor) {
        this.cursor = seq;
        this.deps.onEvent(event);
      }
    }
  }

  private async catchUp() {
    this.hasLoaded = false;
    await this.loadAll();
    this.hasLoaded = true;
    if (!this.deps.signal.aborted) this.deps.onGap();
  }

  private async loadAll() {
    const {onFailure, retrier, signal} = this.deps;
    try {
      await retrier.run(() => this.loadPages(), signal);
    } catch (error) {
      if (!signal.aborted) onFailure(error);
      return false;
    }
    this.hasLoaded = true;
    this.receive(this.waitingEvents.splice(0));
    return true;
  }

  private async loadPages() {
    const {onMessage, session, signal} = this.deps;
    let last = 0;
    let lastEvent: number | undefined;
    for (;;) {
      const path = `/api/messages?after=${last}&limit=${MAX_MESSAGE_PAGE}`;
      const page = await session.call<MessageList>('GET', path);
      // Messages of a conversation that has ended must not get into the next one.
      signal.throwIfAborted();
      for (const message of page.messages) onMessage(message);
      last = page.next;
      // Events that happened between the pages are received again, which has no effect.
      lastEvent ??= page.last_event;
      if (page.messages.length < MAX_MESSAGE_PAGE) return void (this.cursor = lastEvent);
    }
  }
}

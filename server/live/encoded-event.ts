import type {LiveEvent} from '../contract/events.js';
import type {StoredEvent} from './store.js';

/** Event for subscribers of a session, or of the console. */
export interface Envelope {
  seq: number | null;
  type: string;
  data: object;
  at: string;
}

/** Event with cached encodings, so that it is encoded only once for all subscribers. */
export class EncodedEvent<Event extends Envelope = LiveEvent> {
  private jsonText: string | undefined;
  private sseText: string | undefined;

  constructor(readonly event: Event) {}

  static fromStored({seq, type, data, at}: StoredEvent): EncodedEvent {
    return new EncodedEvent({seq, type, data, at: new Date(at).toISOString()} as LiveEvent);
  }

  static encode<Event extends Envelope = LiveEvent>(
    event: Pick<Event, 'type' | 'data'>,
    seq: number | null = null,
  ): EncodedEvent<Event> {
    return new EncodedEvent({seq, ...event, at: new Date().toISOString()} as unknown as Event);
  }

  get json(): string {
    this.jsonText ??= JSON.stringify(this.event);
    return this.jsonText;
  }

  /** Text of the event in the format of Server-Sent Events. JSON contains no line breaks. */
  get sse(): string {
    const {seq, type} = this.event;
    this.sseText ??= `${seq === null ? '' : `id: ${seq}\n`}event: ${type}\ndata: ${this.json}\n\n`;
    return this.sseText;
  }
}

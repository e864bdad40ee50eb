import type {LiveEvent} from '../contract/events.js';
import {EncodedEvent} from './encoded-event.js';
import type {Delta} from '../events/transient-events.js';
import type {Subscriber} from './subscriber.js';

/** Texts of the running messages of one session, as far as they have arrived. */
export class StreamingTexts {
  private readonly texts = new Map<number, string>();

  has(id: number): boolean {
    return this.texts.has(id);
  }

  /** Adds a part of a text. Returns false if an earlier part is missing. */
  add({message_id: id, offset, text}: Delta): boolean {
    const known = this.texts.get(id) ?? '';
    if (offset > known.length) return false;
    this.texts.set(id, known + text.slice(known.length - offset));
    return true;
  }

  /** Updates the positions of a subscriber to which an event was delivered. */
  follow(subscriber: Subscriber, {type, data}: LiveEvent): void {
    if (type === 'message_created' && data.message.state === 'running' && subscriber.isPersistent) {
      subscriber.positions.set(data.message.id, 0);
    }
    if (type !== 'message_completed') return;
    subscriber.positions.delete(data.message_id);
    this.texts.delete(data.message_id);
  }

  /** Sends the text that the subscriber has not received yet. */
  deliverTo(subscriber: Subscriber): void {
    for (const [id, offset] of subscriber.positions) {
      const text = this.texts.get(id) ?? '';
      if (text.length <= offset || subscriber.isFull) continue;
      const data = {message_id: id, offset, text: text.slice(offset)};
      subscriber.deliver([EncodedEvent.encode({type: 'message_delta', data})]);
      subscriber.positions.set(id, text.length);
    }
  }
}

import type {LiveEvent} from '../contract/events.js';
import {EncodedEvent} from './encoded-event.js';
import type {Delta} from '../events/transient-events.js';
import type {Subscriber} from './subscriber.js';

/** What has come so far of the texts that are being written in one session. */
export class StreamingTexts {
  private readonly texts = new Map<number, string>();

  has(id: number): boolean {
    return this.texts.has(id);
  }

  /** False when a piece before this one is missing. */
  add({message_id: id, offset, text}: Delta): boolean {
    const known = this.texts.get(id) ?? '';
    if (offset > known.length) return false;
    this.texts.set(id, known + text.slice(known.length - offset));
    return true;
  }

  /** Keeps in mind which texts a reader knows of, by what it was told. */
  follow(reader: Subscriber, {type, data}: LiveEvent): void {
    if (type === 'message_created' && data.message.state === 'running' && reader.stays) {
      reader.positions.set(data.message.id, 0);
    }
    if (type !== 'message_completed') return;
    reader.positions.delete(data.message_id);
    this.texts.delete(data.message_id);
  }

  /** What the reader has not seen of the texts that it knows of. */
  giveTo(reader: Subscriber): void {
    for (const [id, offset] of reader.positions) {
      const text = this.texts.get(id) ?? '';
      if (text.length <= offset || reader.isFull) continue;
      const data = {message_id: id, offset, text: text.slice(offset)};
      reader.deliver([EncodedEvent.encode({type: 'message_delta', data})]);
      reader.positions.set(id, text.length);
    }
  }
}

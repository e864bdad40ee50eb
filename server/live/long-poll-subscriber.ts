import type {EventPage} from '../contract/events.js';
import {LONG_POLL_MS} from '../contract/limits.js';
import type {EncodedEvent} from './encoded-event.js';
import {Subscriber} from './subscriber.js';
import type {CloseReason} from './subscriber.js';

/** A reader who waits for one answer: the first events that come, or none when there are none. */
export class LongPoll extends Subscriber {
  readonly stays = false;
  readonly answered: Promise<EventPage>;
  private answer!: (page: EventPage) => void;
  private readonly frames: EncodedEvent[] = [];
  private isOver = false;
  private readonly timer: NodeJS.Timeout;

  constructor({cursor, tokenHash}: {cursor: number; tokenHash: Uint8Array}) {
    super(cursor, tokenHash);
    this.answered = new Promise((resolve) => {
      this.answer = resolve;
    });
    this.timer = setTimeout(() => {
      this.close();
    }, LONG_POLL_MS).unref();
  }

  override get isFull(): boolean {
    return this.isOver;
  }

  override end(_why: CloseReason, last?: EncodedEvent): void {
    if (last) this.frames.push(last);
    this.close();
  }

  /** Answers with what there is. */
  close(): void {
    if (this.isOver) return;
    this.isOver = true;
    clearTimeout(this.timer);
    const events = this.frames.map(({event}) => event);
    this.answer({events, next: events.findLast(({seq}) => seq !== null)?.seq ?? this.cursor});
  }

  protected override write(frame: EncodedEvent): void {
    // All that is found at once goes into one answer.
    if (this.frames.push(frame) === 1) setImmediate(() => this.close());
  }

  protected override beat(): void {
    // The answer is not begun before there is one.
  }
}

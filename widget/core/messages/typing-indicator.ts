import type {Transcript} from '../flow/transcript.js';

/** Writers who type for longer send the event again. */
const TYPING_MS = 6_000;

/** Shows that the other side is writing, until a message arrives or the event is not repeated. */
export class TypingIndicator {
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly transcript: Readonly<Transcript>,
    signal: AbortSignal,
  ) {
    signal.addEventListener('abort', () => clearTimeout(this.timer));
  }

  get isShown() {
    return this.timer !== undefined;
  }

  show() {
    this.hide();
    this.transcript.showTyping(true);
    this.timer = setTimeout(() => this.hide(), TYPING_MS);
  }

  hide() {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.transcript.showTyping(false);
  }
}

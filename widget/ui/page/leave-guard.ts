import type {Chat} from '../../core/chat.js';

/**
 * Asks before the visitor leaves the page while files are unsent. It listens only then, because some
 * browsers do not cache pages with such a listener.
 */
export class LeaveGuard {
  private isListening = false;

  constructor(
    private readonly chat: Chat,
    private readonly signal: AbortSignal,
  ) {
    signal.addEventListener('abort', () => this.listen(false));
  }

  update() {
    const unsent = this.chat.uploads?.unsent ?? 0;
    this.listen(unsent > 0 && !this.signal.aborted);
  }

  private listen(isNeeded: boolean) {
    if (isNeeded === this.isListening) return;
    this.isListening = isNeeded;
    if (isNeeded) window.addEventListener('beforeunload', ask);
    else window.removeEventListener('beforeunload', ask);
  }
}

const ask = (event: Event) => event.preventDefault();

/** Shows the number of messages that arrived while the page was hidden before the page's title. */
export class TitleBadge {
  private unseen = 0;
  /** The page's title. */
  private own = '';
  /** The title that was set here last. */
  private shown = '';

  constructor(signal: AbortSignal) {
    const clear = () => document.hidden || this.clear();
    document.addEventListener('visibilitychange', clear, {signal});
    signal.addEventListener('abort', () => this.clear());
  }

  count() {
    if (!document.hidden) return;
    // The page may have changed it meanwhile.
    if (document.title !== this.shown) this.own = document.title;
    this.unseen++;
    document.title = this.shown = `(${this.unseen}) ${this.own}`;
  }

  private clear() {
    if (this.unseen > 0 && document.title === this.shown) document.title = this.own;
    this.unseen = 0;
    this.shown = '';
  }
}

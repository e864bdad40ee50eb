/** How many messages came while the page was in the background stands before its title until somebody looks. */
export class TitleBadge {
  private unseen = 0;
  /** As the page has it, and as we have left it. */
  private own = '';
  private shown = '';

  constructor(signal: AbortSignal) {
    const look = () => document.hidden || this.clear();
    document.addEventListener('visibilitychange', look, {signal});
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

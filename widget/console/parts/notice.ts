const NOTICE_MS = 5_000;

/** Short text at the edge of the page, which disappears after a while. */
export class Notice {
  text = '';
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly onChange: () => void) {}

  /** Shows a text until something has ended, then for a few seconds. */
  show(text: string, until?: Promise<unknown>): void {
    clearTimeout(this.timer);
    this.text = text;
    this.onChange();
    const hide = () => {
      if (this.text !== text) return;
      this.text = '';
      this.onChange();
    };
    const wait = () => (this.timer = setTimeout(hide, NOTICE_MS));
    if (until) until.then(wait, hide);
    else wait();
  }
}

/**
 * Keeps launcher and panel in the window. On a page whose `body` or `html` has a `transform`, `filter`
 * or the like, `position: fixed` means a place in the document. Only there, the element goes to the
 * top layer, in which `z-index` has no effect; older browsers have it beside the body instead.
 */
export class TopLayer {
  private readonly observer = new IntersectionObserver((entries) => this.follow(entries), {
    // In a frame, what counts is the window of the frame.
    root: document,
    threshold: [0, 1],
  });

  private readonly onOpen = () => this.observe('.panel');

  constructor(private readonly host: HTMLElement) {
    this.observe('.launcher');
  }

  listen() {
    this.host.addEventListener('maria-open', this.onOpen);
  }

  /** Checks launcher and panel again, such as after the element was put elsewhere. */
  check() {
    this.leave();
    this.observer.disconnect();
    for (const selector of ['.launcher', '.panel']) this.observe(selector);
  }

  /** Browsers keep an observer in memory as long as it observes something. */
  rest() {
    this.observer.disconnect();
  }

  /** The observer reports the target once even if nothing changes. */
  private observe(selector: string) {
    const target = this.host.shadowRoot!.querySelector(selector);
    if (target) this.observer.observe(target);
  }

  private follow(entries: IntersectionObserverEntry[]) {
    const {host} = this;
    if (host.getAttribute('mode') === 'inline') return;
    for (const {target, boundingClientRect} of entries) {
      if (boundingClientRect.width > 0) this.raise(target);
    }
  }

  private raise(target: Element) {
    const before = target.getBoundingClientRect();
    if (isInWindow(before)) return;
    this.enter();
    const after = target.getBoundingClientRect();
    // A page may want the launcher to be outside, such as until it is scrolled.
    if (before.x === after.x && before.y === after.y) this.leave();
  }

  private enter() {
    const {host} = this;
    if (!HAS_POPOVER) return document.documentElement.append(host);
    host.popover = 'manual';
    host.showPopover();
  }

  leave() {
    const {host} = this;
    if (HAS_POPOVER) host.popover = null;
    else if (host.parentNode === document.documentElement) document.body.append(host);
  }
}

const HAS_POPOVER = 'showPopover' in HTMLElement.prototype;

const isInWindow = ({left, top, right, bottom}: DOMRect) =>
  left >= -1 && top >= -1 && right <= innerWidth + 1 && bottom <= innerHeight + 1;

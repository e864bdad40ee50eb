export type TopLayer = ReturnType<typeof watchPlace>;

const HAS_POPOVER = 'showPopover' in HTMLElement.prototype;

/**
 * Keeps launcher and panel in the window. On a page whose `body` or `html` has a `transform`, `filter`
 * or the like, `position: fixed` means a place in the document. Only there, the element goes to the
 * top layer, in which `z-index` has no effect; older browsers have it beside the body instead.
 */
export const watchPlace = (host: HTMLElement) => {
  const follow = (entries: IntersectionObserverEntry[]) => {
    if (host.getAttribute('mode') === 'inline') return;
    for (const {target, boundingClientRect} of entries) {
      if (boundingClientRect.width > 0) raise(target);
    }
  };
  // In a frame, what counts is the window of the frame.
  const observer = new IntersectionObserver(follow, {root: document, threshold: [0, 1]});

  /** The observer reports the target once even if nothing changes. */
  const observe = (selector: string) => {
    const target = host.shadowRoot!.querySelector(selector);
    if (target) observer.observe(target);
  };

  const raise = (target: Element) => {
    const before = target.getBoundingClientRect();
    if (isInWindow(before)) return;
    enter();
    const after = target.getBoundingClientRect();
    // A page may want the launcher to be outside, such as until it is scrolled.
    if (before.x === after.x && before.y === after.y) leave();
  };

  const enter = () => {
    if (!HAS_POPOVER) return document.documentElement.append(host);
    host.popover = 'manual';
    host.showPopover();
  };

  const leave = () => {
    if (HAS_POPOVER) host.popover = null;
    else if (host.parentNode === document.documentElement) document.body.append(host);
  };

  const onOpen = () => observe('.panel');
  observe('.launcher');
  return {
    listen: () => host.addEventListener('maria-open', onOpen),
    /** Checks launcher and panel again, such as after the element was put elsewhere. */
    check: () => {
      leave();
      observer.disconnect();
      observe('.launcher');
      onOpen();
    },
    leave,
    /** Browsers keep an observer in memory as long as it observes something. */
    rest: () => observer.disconnect(),
  };
};

const isInWindow = ({left, top, right, bottom}: DOMRect) =>
  left >= -1 && top >= -1 && right <= innerWidth + 1 && bottom <= innerHeight + 1;

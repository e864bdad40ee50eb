/** Elements with this attribute survive when Turbo morphs a page. It also marks copies of the element. */
const MARK = 'data-turbo-permanent';

export interface Placement {
  /** Elements that were in the body when the element was added to it. */
  neighbours: Element[];
  /** Called when a move has closed the element, which was a popover. */
  onMove: () => void;
  /** Adds all listeners of the widget again. */
  listen: () => void;
  /** Aborted by `destroy()`. */
  signal: AbortSignal;
}

/**
 * Puts the element back whenever the page replaces its document, its body or the contents of the
 * body. A page that removes the element and keeps most of its neighbours wants it removed.
 */
export const keepPresent = (host: HTMLElement, {neighbours, onMove, listen, signal}: Placement) => {
  let home = document.body;
  const isRemovedAlone = () => {
    const kept = neighbours.filter((one) => one.parentNode === home);
    const isKept = kept.length >= neighbours.length / 2 && kept.some(showsSomething);
    return document.body === home && isKept;
  };
  const follow = () => {
    observer.disconnect();
    const {body, documentElement} = document;
    if (body && !host.isConnected && !isRemovedAlone()) {
      body.append(host);
      if (hasLostListeners()) {
        watchListeners();
        listen();
      }
    }
    if (body && host.isConnected) {
      if (isHiddenByMove(host)) onMove();
      home = body;
      removeCopies(host);
    }
    if (body) neighbours = [...body.children].filter((one) => one !== host);
    for (const node of [document, documentElement, body])
      if (node) observer.observe(node, {childList: true});
  };
  const observer = new MutationObserver(follow);
  if (signal.aborted) return;
  signal.addEventListener('abort', () => observer.disconnect());
  host.setAttribute(MARK, '');
  watchListeners();
  follow();
};

/** Scripts, hidden elements and empty ones stay behind when a page is emptied. */
const showsSomething = (element: Element) => element.getBoundingClientRect().height > 0;

const isHiddenByMove = (host: HTMLElement) => host.popover && !host.matches(':popover-open');

/** Pages that keep copies of their contents, such as for the back button, have copied the element. */
const removeCopies = (host: HTMLElement) => {
  for (const copy of document.querySelectorAll(`maria-chat[${MARK}]`))
    if (copy !== host) copy.remove();
};

/**
 * `document.open()` removes all listeners of the window, of the document and of its nodes. No event
 * reports it, so a listener of ours is called to see whether it is still there.
 */
const PROBE = 'maria-probe';
let isProbeHeard = false;
const hearProbe = () => {
  isProbeHeard = true;
};
const watchListeners = () => window.addEventListener(PROBE, hearProbe);

const hasLostListeners = () => {
  isProbeHeard = false;
  window.dispatchEvent(new Event(PROBE));
  return !isProbeHeard;
};

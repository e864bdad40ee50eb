import type {PageEventsHost} from './page-events.js';

/** Stands in the history while the panel fills the screen; the page's own state stays beside it. */
const MARK = 'mariaChat';

const lockedPage = new CSSStyleSheet();
lockedPage.replaceSync('html{overflow:hidden!important}');

/**
 * While the panel fills the screen, the page below neither scrolls nor takes the Tab key, and the
 * back button closes the panel. What is done to the page for that is taken back at the end.
 */
export const followFullScreen = (host: PageEventsHost, signal: AbortSignal) => {
  const {isNarrow, renderRoot} = host;
  const isFull = () => host.isOpen && isNarrow.matches && !host.isInline;
  let hasEntry = isFull() && isMarked();
  /** The browser takes an entry back some time after it was told to. */
  let isLeaving = false;
  const open = () => {
    lockPage(isFull());
    if (!isFull()) return;
    hasEntry = true;
    if (!isMarked()) history.pushState({...(history.state as object), [MARK]: true}, '');
  };
  const leave = () => {
    lockPage(false);
    // The page may have moved on meanwhile; its entries are its own.
    isLeaving = hasEntry && isMarked();
    hasEntry = false;
    if (isLeaving) history.back();
  };
  const turnBack = () => {
    if (isLeaving) {
      isLeaving = false;
      if (host.isOpen) open();
    } else if (hasEntry && !isMarked()) void host.close();
  };

  host.addEventListener('maria-open', open, {signal});
  host.addEventListener('maria-close', leave, {signal});
  isNarrow.addEventListener('change', open, {signal});
  window.addEventListener('popstate', turnBack, {signal});
  renderRoot.addEventListener(
    'keydown',
    (event) => isFull() && keepInside(event as KeyboardEvent, host.focusKeeper.panel!),
    {signal},
  );
  signal.addEventListener('abort', () => {
    lockPage(false);
    queueMicrotask(() => !host.isConnected && leave());
  });
  if (host.isOpen) open();
};

const isMarked = () => Boolean((history.state as Record<string, unknown> | null)?.[MARK]);

/** A sheet of its own: whatever the page has set on its elements is as it was afterwards. */
const lockPage = (isLocked: boolean) => {
  const others = document.adoptedStyleSheets.filter((sheet) => sheet !== lockedPage);
  document.adoptedStyleSheets = isLocked ? [...others, lockedPage] : others;
};

/** The Tab key goes round. The page cannot be made inert: it is not ours. */
const keepInside = (event: KeyboardEvent, panel: HTMLElement) => {
  if (event.key !== 'Tab') return;
  const stops = [
    ...panel.querySelectorAll<HTMLElement>('button, input, select, a, [tabindex="0"]'),
  ].filter((stop) => !stop.matches(':disabled, [inert] *') && stop.checkVisibility());
  const [first, last] = [stops[0], stops.at(-1)];
  const current = (panel.getRootNode() as ShadowRoot).activeElement;
  // A title that has the focus is no stop; what stands before it is covered.
  const isAtStart = current === first || !stops.includes(current as HTMLElement);
  const isAtEdge = event.shiftKey ? isAtStart : current === last;
  if (!isAtEdge) return;
  event.preventDefault();
  (event.shiftKey ? last : first)?.focus();
};

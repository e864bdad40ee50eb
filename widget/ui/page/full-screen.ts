import type {Chat} from '../../core/chat.js';
import type {PanelHost} from './page-events.js';

/**
 * Stands in the history while the panel fills the screen, and once more while something covers it;
 * its value counts them. The page's own state stays beside it.
 */
const MARK = 'mariaChat';

/**
 * Turbo, htmx and Inertia render the page again when the visitor returns to one of their entries,
 * which would empty its forms. They own the history, so the chat adds no entries there.
 */
const isHistoryOwned = () =>
  'Turbo' in window ||
  'Turbolinks' in window ||
  Boolean((history.state as State)?.['htmx']) ||
  document.querySelector(
    '[hx-boost], [data-hx-boost], [hx-push-url], [data-hx-push-url], [data-page^="{"], script[data-page]',
  ) !== null;

const lockedPage = new CSSStyleSheet();
lockedPage.replaceSync('html{overflow:hidden!important}');

/**
 * While the panel fills the screen, the page below neither scrolls nor takes the Tab key, and the
 * back button closes what lies on top. What is done to the page for that is taken back at the end.
 * An entry is made when it is asked for by a press: browsers pass over those that come by themselves.
 */
export const connectFullScreen = (host: PanelHost, chat: Chat, signal: AbortSignal) => {
  const {isNarrow, renderRoot} = host;
  const isFull = () => host.isOpen && isNarrow.matches && !host.isInline;
  let entries = isFull() ? marks() : 0;
  /** The browser takes an entry back some time after it was told to. */
  let isLeaving = false;
  const follow = () => {
    lockPage(isFull());
    if (isLeaving) return;
    const isWanted = (isFull() && !isHistoryOwned()) || (host.isOpen && entries > 0);
    const wanted = isWanted ? (chat.dialog ? 2 : 1) : 0;
    leave(wanted);
    while (marks() < wanted)
      history.pushState({...(history.state as object), [MARK]: marks() + 1}, '');
    entries = wanted;
  };
  /** The page may have moved on meanwhile; its entries are its own. */
  const leave = (wanted: number) => {
    const surplus = Math.min(marks(), entries) - wanted;
    isLeaving = surplus > 0;
    if (isLeaving) history.go(-surplus);
  };
  const turnBack = () => {
    if (isLeaving) {
      isLeaving = false;
      return follow();
    }
    if (marks() >= entries) return;
    entries = marks();
    // Closed first: a dialog that goes from an open panel would make a new entry for that.
    if (!entries) void host.close();
    if (chat.dialog) chat.cover(null);
  };

  chat.onCover = follow;
  for (const type of ['maria-open', 'maria-close']) host.addEventListener(type, follow, {signal});
  isNarrow.addEventListener('change', follow, {signal});
  window.addEventListener('popstate', turnBack, {signal});
  renderRoot.addEventListener(
    'keydown',
    (event) => isFull() && keepInside(event as KeyboardEvent, host.panelFocus.panel!),
    {signal},
  );
  signal.addEventListener('abort', () => {
    chat.onCover = null;
    lockPage(false);
    queueMicrotask(() => !host.isConnected && !isLeaving && leave(0));
  });
  if (host.isOpen) follow();
};

type State = Record<string, unknown> | null;

const marks = () => Number((history.state as State)?.[MARK] ?? 0);

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
  ].filter((stop) => !stop.matches(':disabled, [inert] *') && stop.getClientRects().length > 0);
  const [first, last] = [stops[0], stops.at(-1)];
  const current = (panel.getRootNode() as ShadowRoot).activeElement;
  // A title that has the focus is no stop; what stands before it is covered.
  const isAtStart = current === first || !stops.includes(current as HTMLElement);
  const isAtEdge = event.shiftKey ? isAtStart : current === last;
  if (!isAtEdge) return;
  event.preventDefault();
  (event.shiftKey ? last : first)?.focus();
};

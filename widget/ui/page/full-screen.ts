import type {DialogHost} from '../dialog-host.js';
import {css} from '../styles/css.js';
import type {PanelHost} from './panel-host.js';

/**
 * Key in the state of the chat's history entries. Its value counts them: one while the panel fills the
 * screen, and a second while a dialog is open. The page's own state stays beside it.
 */
const MARK = 'mariaChat';

/**
 * Turbo, htmx and Inertia render the page again when the visitor returns to one of their entries,
 * which would empty its forms. They own the history, so the chat adds no entries there.
 */
const isHistoryOwned = () =>
  'Turbo' in window ||
  'Turbolinks' in window ||
  (history.state as State)?.['htmx'] ||
  document.querySelector(
    '[hx-boost], [data-hx-boost], [hx-push-url], [data-hx-push-url], [data-page^="{"], script[data-page]',
  ) !== null;

/**
 * Pending until the browser has gone back, which it does some time after the call. There is one history
 * for all chats of a page: a second call meanwhile would leave the page.
 */
let leaving: Promise<unknown> | null = null;

const lockedPage = css`
  html {
    overflow: hidden !important;
  }
`;

/**
 * Manages a panel that fills the screen: the page below does not scroll, the Tab key stays in the panel,
 * and the back button closes the dialog or the panel. All changes of the page are undone at the end.
 * History entries are added after a press only, because browsers skip other ones.
 */
export const connectFullScreen = (
  host: PanelHost,
  dialogs: Readonly<DialogHost>,
  signal: AbortSignal,
) => {
  const {isNarrow, renderRoot} = host;
  const isFull = () => host.isOpen && host.isFullScreen;
  let entries = isFull() && !leaving ? marks() : 0;
  const follow = () => {
    if (signal.aborted) return;
    lockPage(isFull());
    if (leaving) return void leaving.then(follow);
    const isWanted = (isFull() && !isHistoryOwned()) || (host.isOpen && entries > 0);
    const wanted = isWanted ? (dialogs.current ? 2 : 1) : 0;
    leave(wanted);
    while (marks() < wanted)
      history.pushState({...(history.state as object), [MARK]: marks() + 1}, '');
    entries = wanted;
  };
  /** Removes surplus entries, but none that the page has added meanwhile. */
  const leave = (wanted: number) => {
    const surplus = Math.min(marks(), entries) - wanted;
    if (surplus <= 0) return;
    leaving = new Promise((resolve) =>
      window.addEventListener('popstate', () => resolve((leaving = null)), {once: true}),
    );
    history.go(-surplus);
  };
  const turnBack = () => {
    if (leaving || marks() >= entries) return;
    entries = marks();
    // The panel closes first, because a dialog that closes in an open panel adds an entry.
    if (!entries) void host.close();
    if (dialogs.current) dialogs.close();
  };

  dialogs.addEventListener('change', follow, {signal});
  for (const type of ['maria-open', 'maria-close']) host.addEventListener(type, follow, {signal});
  const onWidth = () => {
    follow();
    host.requestUpdate();
  };
  isNarrow.addEventListener('change', onWidth, {signal});
  window.addEventListener('popstate', turnBack, {signal});
  renderRoot.addEventListener(
    'keydown',
    (event) => isFull() && keepInside(event as KeyboardEvent, host.panelFocus.panel!),
    {signal},
  );
  const fit = () => isNarrow.matches && fitViewport(host.panelFocus.panel);
  for (const type of ['resize', 'scroll']) {
    window.visualViewport?.addEventListener(type, fit, {signal});
  }
  signal.addEventListener('abort', () => {
    lockPage(false);
    queueMicrotask(() => !host.isConnected && !leaving && leave(0));
  });
  if (host.isOpen) follow();
};

type State = Record<string, unknown> | null;

const marks = () => Number((history.state as State)?.[MARK] ?? 0);

/** Uses a style sheet of its own, so that the styles of the page's elements stay as they are. */
const lockPage = (isLocked: boolean) => {
  const others = document.adoptedStyleSheets.filter((sheet) => sheet !== lockedPage);
  document.adoptedStyleSheets = isLocked ? [...others, lockedPage] : others;
};

/** Keeps the Tab key in the panel. The page is not ours, and is not made inert. */
const keepInside = (event: KeyboardEvent, panel: HTMLElement) => {
  if (event.key !== 'Tab') return;
  const stops = [
    ...panel.querySelectorAll<HTMLElement>('button, input, textarea, select, a, [tabindex="0"]'),
  ].filter((stop) => !stop.matches(':disabled, [inert] *') && stop.getClientRects().length > 0);
  const [first, last] = [stops[0], stops.at(-1)];
  const current = (panel.getRootNode() as ShadowRoot).activeElement;
  // A title that has the focus is no stop, and the stops before it are covered.
  const isAtStart = current === first || !stops.includes(current as HTMLElement);
  const isAtEdge = event.shiftKey ? isAtStart : current === last;
  if (!isAtEdge) return;
  event.preventDefault();
  (event.shiftKey ? last : first)?.focus();
};

/** Keeps the panel above the keyboard of a phone, which covers a part of what `dvh` counts as visible. */
const fitViewport = (panel: HTMLElement | null) => {
  const viewport = window.visualViewport;
  // A magnified page is seen in parts, and the panel keeps the size of the screen.
  if (!viewport || !panel || viewport.scale > 1) return;
  // The viewport does not count the page's `zoom`, and the lengths of the panel do.
  const zoom = panel.currentCSSZoom ?? 1;
  panel.style.setProperty('--viewport-height', `${viewport.height / zoom}px`);
  panel.style.setProperty('--viewport-top', `${viewport.offsetTop / zoom}px`);
};

import type {Chat} from '../../core/chat.js';
import {readFileEvent} from './file-drop.js';
import {fitViewport} from './fit-viewport.js';
import type {PanelFocus} from './panel-focus.js';
import {connectFullScreen} from './full-screen.js';
import {SessionSync} from '../../core/sync/session-sync.js';
import {connectTabs} from '../../core/sync/tabs.js';
import {openThread} from '../../core/messages/messaging.js';
import {takeFiles} from '../steps/files.js';

export interface PanelHost extends EventTarget {
  readonly isOpen: boolean;
  readonly isConnected: boolean;
  readonly renderRoot: HTMLElement | DocumentFragment;
  isDropping: boolean;
  readonly panelFocus: PanelFocus;
  /** Matches while the panel fills the screen. */
  readonly isNarrow: MediaQueryList;
  readonly isInline: boolean;
  close(): Promise<void>;
  followSettings(): void;
  requestUpdate(): void;
}

/** Tells a conversation what happens on the page around it, until the signal comes. */
export const connectPage = (host: PanelHost, chat: Chat, signal: AbortSignal) => {
  const {panelFocus, isNarrow, renderRoot} = host;
  const sync = new SessionSync(chat, signal);
  const isAttended = () => host.isOpen && !document.hidden;
  const refresh = () => {
    if (isAttended()) void sync.refresh();
    else sync.schedule();
    // The visitor may have begun to write in another tab.
    if (!chat.thread) void openThread(chat);
  };
  const attend = () => {
    if (!isAttended()) return chat.stopPolling();
    chat.startPolling();
    if (sync.isDue) refresh();
  };
  const on = (target: EventTarget, type: string, hear: (event: Event) => unknown) =>
    // Captured, because no focus event leaves the element.
    target.addEventListener(type, hear, {signal, capture: type === 'focusin'});

  on(host, 'maria-open', attend);
  on(document, 'visibilitychange', attend);
  on(document, 'focusin', (event) => panelFocus.observe(event));
  on(window, 'offline', () => chat.onOffline());
  on(window, 'online', () => {
    chat.onOnline();
    sync.retryNow();
    refresh();
  });
  on(window, 'pageshow', (event) => {
    if (!(event as PageTransitionEvent).persisted) return;
    // A page in the back-forward cache receives no storage events.
    chat.session.noteRemoval();
    refresh();
  });
  on(isNarrow, 'change', () => host.requestUpdate());
  const fit = () => isNarrow.matches && fitViewport(panelFocus.panel);
  for (const type of window.visualViewport ? ['resize', 'scroll'] : [])
    on(window.visualViewport!, type, fit);
  const dropping = new Dropping(host, signal);
  for (const type of ['dragenter', 'dragover', 'dragleave', 'drop', 'paste'])
    on(renderRoot, type, (event) => receive(host, chat, dropping, event));
  chat.refresh = refresh;
  chat.pageSignal = signal;
  chat.thread?.listen();
  connectTabs(chat, {onWord: refresh, onSettings: () => host.followSettings()}, signal);
  connectFullScreen(host, chat, signal);
  host.followSettings();
  if (!navigator.onLine) chat.status.setConnection('offline');
  attend();
};

/** Files dropped or pasted anywhere on the panel, at the wrong step as well: they must not replace the page. */
const receive = (host: PanelHost, chat: Chat, dropping: Dropping, event: Event) => {
  const found = readFileEvent(event, host.panelFocus.panel!);
  if (!found) return;
  dropping.set(found.isOver);
  if (found.files) void takeFiles(chat, found.files, host.renderRoot);
};

/** Browsers repeat `dragover` every 350 ms at most while something is held over an element. */
const STILL_DRAGGED_MS = 1_000;

/**
 * Whether files are held over the panel. If the element below them is removed, no event reports that
 * they have left, so the end of the repeated events has to do.
 */
class Dropping {
  private timer = 0;

  constructor(
    private readonly host: PanelHost,
    signal: AbortSignal,
  ) {
    signal.addEventListener('abort', () => this.set(false));
  }

  set(isDropping: boolean) {
    this.host.isDropping = isDropping;
    clearTimeout(this.timer);
    if (isDropping) this.timer = window.setTimeout(() => this.set(false), STILL_DRAGGED_MS);
  }
}

import type {Chat} from '../../core/chat.js';
import {readFileEvent} from './file-drop.js';
import {fitViewport} from './fit-viewport.js';
import type {FocusKeeper} from './panel-focus.js';
import {followFullScreen} from './full-screen.js';
import {Looking} from '../../core/sync/session-sync.js';
import {followTabs} from '../../core/sync/tabs.js';
import {joinTalk} from '../../core/messages/messaging.js';
import {takeFiles} from '../steps/files.js';

export interface PageEventsHost extends EventTarget {
  readonly isOpen: boolean;
  readonly isConnected: boolean;
  readonly renderRoot: HTMLElement | DocumentFragment;
  isDropping: boolean;
  readonly focusKeeper: FocusKeeper;
  /** Matches while the panel fills the screen. */
  readonly isNarrow: MediaQueryList;
  readonly isInline: boolean;
  close(): Promise<void>;
  followSettings(): void;
  requestUpdate(): void;
}

/** Tells a conversation what happens on the page around it, until the signal comes. */
export const followPage = (host: PageEventsHost, chat: Chat, signal: AbortSignal) => {
  const {focusKeeper, isNarrow, renderRoot} = host;
  const looking = new Looking(chat, signal);
  const isAttended = () => host.isOpen && !document.hidden;
  const look = () => {
    if (isAttended()) void looking.look();
    else looking.want();
    // The visitor may have begun to write in another tab.
    if (!chat.talk) void joinTalk(chat);
  };
  const attend = () => {
    if (!isAttended()) return chat.rest();
    chat.wake();
    if (looking.isDue) look();
  };
  const on = (target: EventTarget, type: string, hear: (event: Event) => unknown) =>
    // Captured, because no focus event leaves the element.
    target.addEventListener(type, hear, {signal, capture: type === 'focusin'});

  on(host, 'maria-open', attend);
  on(document, 'visibilitychange', attend);
  on(document, 'focusin', (event) => focusKeeper.observe(event));
  on(window, 'offline', () => chat.disconnect());
  on(window, 'online', () => {
    chat.reconnect();
    looking.hurry();
    look();
  });
  on(window, 'pageshow', (event) => {
    if (!(event as PageTransitionEvent).persisted) return;
    // A page in the back-forward cache receives no storage events.
    chat.session.noteRemoval();
    look();
  });
  on(isNarrow, 'change', () => host.requestUpdate());
  const fit = () => isNarrow.matches && fitViewport(focusKeeper.panel);
  for (const type of window.visualViewport ? ['resize', 'scroll'] : [])
    on(window.visualViewport!, type, fit);
  const dropping = new Dropping(host, signal);
  for (const type of ['dragenter', 'dragover', 'dragleave', 'drop', 'paste'])
    on(renderRoot, type, (event) => receive(host, chat, dropping, event));
  chat.look = look;
  chat.here = signal;
  chat.talk?.listen();
  followTabs(chat, {onWord: look, onSettings: () => host.followSettings()}, signal);
  followFullScreen(host, chat, signal);
  host.followSettings();
  if (!navigator.onLine) chat.signs.setConnection('offline');
  attend();
};

/** Files dropped or pasted anywhere on the panel, at the wrong step as well: they must not replace the page. */
const receive = (host: PageEventsHost, chat: Chat, dropping: Dropping, event: Event) => {
  const found = readFileEvent(event, host.focusKeeper.panel!);
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
    private readonly host: PageEventsHost,
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

import type {Chat} from '../../core/chat.js';
import type {Messaging} from '../../core/messages/messaging.js';
import {goOffline, goOnline} from '../../core/sync/connection.js';
import {SessionSync} from '../../core/sync/session-sync.js';
import {Tabs} from '../../core/sync/tabs.js';
import type {DialogHost} from '../dialog-host.js';
import {readFileEvent, takeFiles} from './file-drop.js';
import {connectFullScreen, fitViewport} from './full-screen.js';
import type {ViewContext} from '../view-context.js';
import type {PanelHost} from './panel-host.js';

/** Browsers repeat `dragover` every 350 ms at most while files are held over an element. */
const DRAG_END_MS = 1_000;

/** What a connection asks of the part that has made it. */
export interface PageController {
  readonly element: PanelHost;
  readonly dialogs: Readonly<DialogHost>;
  readonly messaging: Readonly<Messaging> | null;
  /** The visitor has changed settings that this browser keeps. */
  applySettings(): void;
  /** Files are held over the panel, or no longer. */
  setDropping(isDropping: boolean): void;
  readonly viewContext: ViewContext | null;
}

/** Connects a conversation with the page around it, until the signal aborts. */
export class PageConnection {
  private readonly host: PanelHost;
  private readonly messaging: Readonly<Messaging>;
  private readonly sync: SessionSync;
  private readonly tabs: Tabs;
  private dragTimer = 0;

  constructor(
    private readonly chat: Chat,
    private readonly controller: PageController,
    private readonly signal: AbortSignal,
  ) {
    this.host = controller.element;
    this.messaging = controller.messaging!;
    this.sync = new SessionSync(chat, signal);
    const onSettings = () => controller.applySettings();
    this.tabs = new Tabs(chat, {onChange: () => this.refresh(), onSettings}, signal);
    this.listen();
    this.messaging.connect(signal);
    connectFullScreen(this.host, controller.dialogs, signal);
    onSettings();
    if (!navigator.onLine) chat.status.setConnection('offline');
    this.attend();
  }

  /** Asks the backend for the session: now, or as soon as the visitor can see the panel. */
  refresh() {
    const {chat, messaging} = this;
    if (chat.host.isAttended) void this.sync.refresh();
    else this.sync.schedule();
    // The visitor may have begun to write in another tab.
    if (!messaging.thread) void messaging.openIfNeeded();
  }

  notifyTabs() {
    this.tabs.notify();
  }

  /** To be called after each update of the element. */
  onUpdated() {
    const {signal} = this;
    // Some browsers do not cache pages with such a listener, so it is there while it is needed.
    if (this.chat.uploads?.unsent) window.addEventListener('beforeunload', this.ask, {signal});
    else window.removeEventListener('beforeunload', this.ask);
  }

  /** Asks before the visitor leaves the page while files are unsent. */
  private readonly ask = (event: Event) => event.preventDefault();

  private listen() {
    const {chat, host, messaging, signal, tabs} = this;
    const {isNarrow, panelFocus, renderRoot} = host;
    const on = (target: EventTarget, type: string, listener: (event: Event) => unknown) =>
      // Captured, because no focus event leaves the element.
      target.addEventListener(type, listener, {signal, capture: type === 'focusin'});
    const retryNow = () => messaging.thread?.retryNow();

    on(host, 'maria-open', () => this.attend());
    on(document, 'maria-open', retryNow);
    on(document, 'visibilitychange', () => {
      this.attend();
      retryNow();
    });
    on(document, 'focusin', (event) => panelFocus.observe(event));
    on(window, 'offline', () => goOffline(chat));
    on(window, 'online', () => {
      goOnline(chat);
      this.sync.retryNow();
      this.refresh();
      retryNow();
    });
    on(window, 'storage', (event) => tabs.onStorage(event as StorageEvent));
    on(window, 'pagehide', () => tabs.onPageHide());
    on(window, 'pageshow', (event) => {
      tabs.onPageShow();
      if (!(event as PageTransitionEvent).persisted) return;
      // A page in the back-forward cache receives no storage events.
      chat.session.noteRemoval();
      this.refresh();
    });
    on(isNarrow, 'change', () => host.requestUpdate());
    const fit = () => isNarrow.matches && fitViewport(panelFocus.panel);
    for (const type of window.visualViewport ? ['resize', 'scroll'] : []) {
      on(window.visualViewport!, type, fit);
    }
    for (const type of ['dragenter', 'dragover', 'dragleave', 'drop', 'paste']) {
      on(renderRoot, type, (event) => this.onFileEvent(event));
    }
    signal.addEventListener('abort', () => this.setDropping(false));
  }

  /** The visitor sees the panel, or no longer. */
  private attend() {
    const {chat} = this;
    if (!chat.host.isAttended) return chat.verification?.stopPolling();
    chat.startPolling();
    if (this.sync.isDue) this.refresh();
  }

  /** Accepts files at every step: a browser would leave the page to show a file that is not taken. */
  private onFileEvent(event: Event) {
    const {controller, host} = this;
    const found = readFileEvent(event, host.panelFocus.panel!);
    if (!found) return;
    this.setDropping(found.isOver);
    const context = controller.viewContext;
    if (found.files && context) void takeFiles(context, found.files, host.renderRoot);
  }

  /** No event reports the end of a drag whose element was removed, so repeated events have to stop. */
  private setDropping(isDropping: boolean) {
    this.controller.setDropping(isDropping);
    clearTimeout(this.dragTimer);
    if (isDropping) this.dragTimer = window.setTimeout(() => this.setDropping(false), DRAG_END_MS);
  }
}

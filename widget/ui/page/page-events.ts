import type {Chat} from '../../core/chat.js';
import type {Messaging} from '../../core/messages/messaging.js';
import {goOffline, goOnline} from '../../core/sync/connection.js';
import {createRefresher} from '../../core/sync/refresher.js';
import type {LoadSync, Refresher} from '../../core/sync/refresher.js';
import {connectTabs} from '../../core/sync/tabs.js';
import type {DialogHost} from '../dialog-host.js';
import type {ViewContext} from '../view-context.js';
import {connectFileDrop} from './file-drop.js';
import {connectFullScreen} from './full-screen.js';
import type {PanelHost} from './panel-host.js';

/** Functions and state that the connection needs from the element's controller. */
export interface PageController {
  readonly element: PanelHost;
  readonly dialogs: Readonly<DialogHost>;
  readonly messaging: Readonly<Messaging> | null;
  readonly viewContext: ViewContext | null;
  readonly parts: {loadResume: LoadSync};
  continueMessaging(): Promise<void>;
  /** Applies settings that the visitor has changed in another tab. */
  applySettings(): void;
  /** Files are held over the panel, or no longer. */
  setDropping(isDropping: boolean): void;
}

export type PageConnection = ReturnType<typeof connectPage>;

/** Connects a conversation with the page around it, until the signal aborts. */
export const connectPage = (chat: Chat, controller: PageController, signal: AbortSignal) => {
  const {dialogs, element} = controller;
  const sync = createRefresher(chat, () => controller.parts.loadResume(), signal);
  const refresh = () => {
    void sync.refresh();
    // The visitor may have begun to write in another tab.
    if (!controller.messaging?.thread) void controller.continueMessaging();
  };
  const listener = {onChange: refresh, onSettings: () => controller.applySettings()};
  const notifyTabs = connectTabs(chat, listener, signal);
  listenToPage(chat, {controller, refresh, sync}, signal);
  connectFileDrop(controller, signal);
  connectFullScreen(element, dialogs, signal);
  if (!navigator.onLine) chat.status.setConnection('offline');
  const ask = (event: Event) => event.preventDefault();
  /** Asks before the visitor leaves the page while files are unsent. */
  const guardLeaving = () => {
    // Some browsers do not cache pages with such a listener, so it is there while it is needed.
    if (chat.uploads?.unsent) window.addEventListener('beforeunload', ask, {signal});
    else window.removeEventListener('beforeunload', ask);
  };
  return {guardLeaving, notifyTabs, refresh};
};

interface Listeners {
  controller: PageController;
  /** Asks the backend for the session: now, or as soon as the visitor can see the panel. */
  refresh: () => void;
  sync: Refresher;
}

const listenToPage = (chat: Chat, listeners: Listeners, signal: AbortSignal) => {
  const {controller, refresh, sync} = listeners;
  const {element} = controller;
  const on = (target: EventTarget, type: string, listener: (event: Event) => unknown) =>
    // Captured, because no focus event leaves the element.
    target.addEventListener(type, listener, {signal, capture: type === 'focusin'});
  const retryNow = () => controller.messaging?.thread?.retryNow();
  /** The visitor sees the panel, or no longer. */
  const attend = () => {
    if (!chat.host.isAttended) return chat.verification?.stopPolling();
    chat.startPolling();
    if (sync.isDue()) refresh();
  };
  on(element, 'maria-open', attend);
  on(document, 'maria-open', retryNow);
  on(document, 'visibilitychange', () => {
    attend();
    retryNow();
  });
  on(document, 'focusin', (event) => element.panelFocus.observe(event));
  on(window, 'offline', () => goOffline(chat));
  on(window, 'online', () => {
    goOnline(chat);
    sync.retryNow();
    refresh();
    retryNow();
  });
  on(window, 'pageshow', (event) => {
    if (!(event as PageTransitionEvent).persisted) return;
    // A page in the back-forward cache receives no storage events.
    chat.session.noteRemoval();
    refresh();
  });
  attend();
  // Another tab may have continued before this code was loaded.
  chat.answers.reload();
  if (chat.flow.isOvertaken) void chat.lifecycle.catchUp();
};

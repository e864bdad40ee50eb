import type {Chat} from '../chat.js';
import {leavePage} from './connection.js';

/** Changes of one tab within this time are one refresh in the others. */
const GATHER_MS = 150;
/** Chats of one site on one page are left together: neither keeps the other's visitor there. */
const PAGE = Math.random();
/** A chat on a page is open, or has been closed. */
type Presence = [page: number, chat: number, isOpen: boolean];

export interface TabsListener {
  /** Another tab has changed the session. */
  onChange(): void;
  onSettings(): void;
}

/**
 * Connects the tabs of a site. Each notifies the others when it opens or closes, and when the session
 * has changed. The backend and the storage have the change itself. A tab that closes while others are
 * open has not left. In a browser that refuses storage, a tab does not know of the others.
 *
 * Returns a function that notifies the other tabs of a changed session.
 */
export const connectTabs = (chat: Chat, listener: TabsListener, signal: AbortSignal) => {
  const {client, lifecycle, session, storage} = chat;
  const {openChannel, pageEvents} = client.platform;
  const channel = openChannel?.(`maria-chat:${storage.site}`);
  const others = new Set<number>();
  const self = Math.random();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const gather = () => {
    clearTimeout(timer);
    timer = setTimeout(() => listener.onChange(), GATHER_MS);
  };
  const announce = (isOpen: boolean) =>
    channel?.postMessage([PAGE, self, isOpen] satisfies Presence);
  const onMessage = ({data}: MessageEvent<string | Presence>) => {
    if (typeof data === 'string') return data === session.uuid && gather();
    // Another version of the widget, in another tab, may send other messages.
    if (!Array.isArray(data)) return;
    const [page, other, isOpen] = data;
    if (page === PAGE) return;
    if (!isOpen) others.delete(other);
    else if (!others.has(other)) {
      others.add(other);
      announce(true);
    }
  };
  /** Another tab has written a stored value. The key is null if the whole storage was emptied. */
  const onStorage = (event: Event & {key?: string | null}) => {
    const isAny = (...keys: string[]) => keys.some((key) => storage.isChanged(event, key));
    // A page empties the storage, such as when its user logs out, without ending the session.
    if (event.key !== null && isAny('session_uuid')) {
      session.noteRemoval();
      void lifecycle.followOtherTab();
    }
    if (isAny('answers')) gather();
    if (isAny('lang', 'text-size')) listener.onSettings();
  };
  const onPageHide = () => {
    if (others.size === 0) leavePage(chat);
    announce(false);
    // A page that returns from the back-forward cache is answered by the tabs that are still open.
    others.clear();
  };
  channel?.addEventListener('message', onMessage, {signal});
  pageEvents?.addEventListener('storage', onStorage, {signal});
  pageEvents?.addEventListener('pageshow', () => announce(true), {signal});
  pageEvents?.addEventListener('pagehide', onPageHide, {signal});
  signal.addEventListener('abort', () => {
    clearTimeout(timer);
    announce(false);
    channel?.close();
  });
  announce(true);
  return () => channel?.postMessage(session.uuid);
};

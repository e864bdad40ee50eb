import type {Chat} from '../chat.js';

/** What one tab does in a moment is looked at once by the others. */
const GATHER_MS = 150;
const WORD_KEY = 'changed';
/** Two chats of one site on one page are left together: neither keeps the other's visitor there. */
const PAGE = Math.random();
/** A chat on a page is there, or is no more. */
type Presence = [page: number, chat: number, isThere: boolean];

export interface TabsListener {
  /** There is something to look at. */
  onWord(): void;
  onSettings(): void;
}

/**
 * Tabs of one site tell each other that they are there, and that there is something to look at, and
 * no more: what it is, the backend and the storage know. The word carries the session, so that no
 * other conversation hears it. Who leaves one tab of several has not left. A tab that has crashed
 * cannot say that it is gone, and a browser without channels does not know of the others: there the
 * visit ends by its idle limit, and here by the word of each tab.
 */
export const connectTabs = (chat: Chat, watcher: TabsListener, signal: AbortSignal) => {
  const {storage, session} = chat;
  let timer = 0;
  const hear = () => {
    clearTimeout(timer);
    timer = window.setTimeout(() => watcher.onWord(), GATHER_MS);
  };
  const channel = openChannel(`maria-chat:${storage.site}`);
  const others = new Set<number>();
  const self = Math.random();
  const tell = (isThere: boolean) => channel?.postMessage([PAGE, self, isThere] satisfies Presence);
  const hearWord = ({data}: MessageEvent<string | Presence>) => {
    if (typeof data === 'string') return data === session.uuid && hear();
    // Another version of the widget, in another tab, may have more to say.
    if (!Array.isArray(data)) return;
    const [page, other, isThere] = data;
    if (page === PAGE) return;
    if (!isThere) others.delete(other);
    else if (!others.has(other)) {
      others.add(other);
      tell(true);
    }
  };
  channel?.addEventListener('message', hearWord, {signal});
  const hearStorage = (event: StorageEvent) => {
    const isOf = (...keys: string[]) => keys.some((key) => storage.isOurs(event, key));
    // Without a key, the page has emptied the whole storage, such as when its user logs out.
    if (event.key !== null && isOf('session_uuid')) {
      session.noteRemoval();
      void chat.followOtherTab();
    }
    if (isOf('answers', WORD_KEY)) hear();
    if (isOf('lang', 'text-size')) watcher.onSettings();
  };
  window.addEventListener('storage', hearStorage, {signal});
  window.addEventListener('pageshow', () => tell(true), {signal});
  const leave = () => {
    if (others.size === 0) chat.leave();
    tell(false);
    // Back from the browser's memory, it is told anew by those who are still there.
    others.clear();
  };
  window.addEventListener('pagehide', leave, {signal});
  tell(true);
  chat.notifyTabs = () => {
    if (channel) return channel.postMessage(session.uuid);
    storage.set(WORD_KEY, String(Date.now()));
    storage.remove(WORD_KEY);
  };
  signal.addEventListener('abort', () => {
    clearTimeout(timer);
    tell(false);
    channel?.close();
    chat.notifyTabs = null;
  });
};

/** Browsers that refuse storage may refuse this as well. */
const openChannel = (name: string) => {
  try {
    return new BroadcastChannel(name);
  } catch {
    return null;
  }
};

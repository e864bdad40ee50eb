import type {Chat} from './chat.js';

/** What one tab does in a moment is looked at once by the others. */
const GATHER_MS = 150;
const ANSWERS_KEY = 'answers';
const WORD_KEY = 'changed';
const SETTINGS = ['lang', 'text-size'];

export interface TabsWatcher {
  /** There is something to look at. */
  onWord(): void;
  onSettings(): void;
}

/**
 * Tabs of one site tell each other that there is something to look at, and no more: what it is, the
 * backend and the storage know. The word carries the session, so that no other conversation hears it.
 */
export const followTabs = (chat: Chat, watcher: TabsWatcher, signal: AbortSignal) => {
  const {storage, session} = chat;
  let timer = 0;
  const hear = () => {
    clearTimeout(timer);
    timer = window.setTimeout(() => watcher.onWord(), GATHER_MS);
  };
  const channel = openChannel(`maria-chat:${storage.site}`);
  const hearWord = ({data}: MessageEvent) => data === session.uuid && hear();
  channel?.addEventListener('message', hearWord, {signal});
  const hearStorage = (event: StorageEvent) => {
    if (storage.isOurs(event, 'session_uuid')) void chat.followOtherTab();
    if ([ANSWERS_KEY, WORD_KEY].some((key) => storage.isOurs(event, key))) hear();
    if (SETTINGS.some((key) => storage.isOurs(event, key))) watcher.onSettings();
  };
  window.addEventListener('storage', hearStorage, {signal});
  chat.tellTabs = () => {
    if (channel) return channel.postMessage(session.uuid);
    storage.set(WORD_KEY, String(Date.now()));
    storage.remove(WORD_KEY);
  };
  signal.addEventListener('abort', () => {
    clearTimeout(timer);
    channel?.close();
    chat.tellTabs = null;
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

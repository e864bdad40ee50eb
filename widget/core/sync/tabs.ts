import type {Chat} from '../chat.js';
import {leavePage} from './connection.js';

/** Changes of one tab within this time are one refresh in the others. */
const GATHER_MS = 150;
const CHANGED_KEY = 'changed';
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
 * Connects the tabs of a site. They tell each other that they are open, and that the session has
 * changed; what has changed, they ask the backend and the storage. A tab that closes while others are
 * open has not left. Without channels a tab does not know of the others: then each tab that closes
 * leaves, and the idle limit ends visits of tabs that crashed.
 */
export class Tabs {
  private readonly channel: BroadcastChannel | null | undefined;
  private readonly others = new Set<number>();
  private readonly self = Math.random();
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly chat: Chat,
    private readonly listener: TabsListener,
    signal: AbortSignal,
  ) {
    const {client, storage} = chat;
    this.channel = client.platform.openChannel?.(`maria-chat:${storage.site}`);
    this.channel?.addEventListener('message', (event) => this.onMessage(event), {signal});
    signal.addEventListener('abort', () => this.close());
    this.announce(true);
  }

  /** Tells the other tabs that the session has changed. */
  notify() {
    const {session, storage} = this.chat;
    if (this.channel) return this.channel.postMessage(session.uuid);
    storage.set(CHANGED_KEY, String(Date.now()));
    storage.remove(CHANGED_KEY);
  }

  /** Another tab has written a stored value. The key is null if the whole storage was emptied. */
  onStorage(event: {key: string | null}) {
    const {lifecycle, session, storage} = this.chat;
    const isAny = (...keys: string[]) => keys.some((key) => storage.isChanged(event, key));
    // A page empties the storage, such as when its user logs out, without ending the session.
    if (event.key !== null && isAny('session_uuid')) {
      session.noteRemoval();
      void lifecycle.followOtherTab();
    }
    if (isAny('answers', CHANGED_KEY)) this.gather();
    if (isAny('lang', 'text-size')) this.listener.onSettings();
  }

  onPageShow() {
    this.announce(true);
  }

  onPageHide() {
    if (this.others.size === 0) leavePage(this.chat);
    this.announce(false);
    // A page that returns from the back-forward cache is answered by the tabs that are still open.
    this.others.clear();
  }

  private onMessage({data}: MessageEvent<string | Presence>) {
    if (typeof data === 'string') return data === this.chat.session.uuid && this.gather();
    // Another version of the widget, in another tab, may send other messages.
    if (!Array.isArray(data)) return;
    const [page, other, isOpen] = data;
    if (page === PAGE) return;
    if (!isOpen) this.others.delete(other);
    else if (!this.others.has(other)) {
      this.others.add(other);
      this.announce(true);
    }
  }

  private gather() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.listener.onChange(), GATHER_MS);
  }

  private announce(isOpen: boolean) {
    this.channel?.postMessage([PAGE, this.self, isOpen] satisfies Presence);
  }

  private close() {
    clearTimeout(this.timer);
    this.announce(false);
    this.channel?.close();
  }
}

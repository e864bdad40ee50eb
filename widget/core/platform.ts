type ValueStore = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

/** Environment of the core. Node has enough with the first two; `browser-platform.ts` makes all. */
export interface Platform {
  fetch: typeof fetch;
  /** Shared by the tabs of this browser. Browsers that refuse storage throw, also when it is read. */
  readonly storage: ValueStore;
  /** Kept for this tab, also across reloads. Throws as `storage` does. */
  readonly tabStorage?: ValueStore;
  /** Web Locks, which browsers have on secure pages only. */
  readonly locks?: LockManager | undefined;
  /** Null in browsers that refuse storage. */
  openChannel?: (name: string) => BroadcastChannel | null;
  /** Sends a text that outlives the page. */
  sendBeacon?(url: string, text: string): void;
  readonly isOnline?: boolean;
  /** Fires `storage`, `pageshow` and `pagehide`. */
  readonly pageEvents?: EventTarget;
  /** Rejects if the browser refuses. */
  copyText?(text: string): Promise<void>;
}

import type {Platform} from '../core/platform.js';

/** The platform of a page. Functions are looked up at each call, because pages may replace them. */
export const browserPlatform: Platform = {
  fetch: (...request) => fetch(...request),
  get storage() {
    return localStorage;
  },
  get tabStorage() {
    return sessionStorage;
  },
  get locks() {
    return (navigator as Partial<Navigator>).locks;
  },
  get isOnline() {
    return navigator.onLine;
  },
  openChannel: (name) => {
    try {
      return new BroadcastChannel(name);
    } catch {
      return null;
    }
  },
  pageEvents: window,
  sendBeacon: (url, text) => navigator.sendBeacon(url, text),
  copyText: async (text) => navigator.clipboard.writeText(text),
};

import type {Platform, ValueStore} from '../core/platform.js';

/** Reads the storage at each access: browsers that refuse it throw as soon as it is named. */
const storeOf = (storage: () => Storage): ValueStore => ({
  get: (name) => storage().getItem(name),
  set: (name, value) => storage().setItem(name, value),
  delete: (name) => storage().removeItem(name),
});

/** The platform of a page. Functions are looked up at each call, because pages may replace them. */
export const browserPlatform: Platform = {
  fetch: (...request) => fetch(...request),
  storage: storeOf(() => localStorage),
  tabStorage: storeOf(() => sessionStorage),
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

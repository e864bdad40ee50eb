import type {Platform} from '../platform.js';
import {itemName} from './item-name.js';

type Stores = Pick<Platform, 'storage' | 'tabStorage'>;

export type SiteStorage = ReturnType<typeof createStorage>;

/** Values that this browser keeps for one site. Without storage they last as long as the page. */
export const createStorage = (site: string, platform: Stores) => {
  const memory = new Map<string, string>();
  let isKept = true;
  const nameOf = (key: string) => itemName(site, key);

  /** Keeps a value; an empty one removes it. */
  const set = (key: string, value: string) => {
    if (write(platform, 'storage', nameOf(key), value)) memory.delete(key);
    else {
      isKept = false;
      memory.set(key, value);
    }
  };

  return {
    site,
    /** False after the browser has refused to keep a value. */
    get isKept() {
      return isKept;
    },
    get: (key: string) => memory.get(key) || read(platform, 'storage', nameOf(key)) || null,
    set,
    remove: (key: string) => set(key, ''),
    /** Returns a value that is kept for this tab, also across reloads. */
    getInTab: (key: string) => read(platform, 'tabStorage', nameOf(key)),
    /** Keeps a value for this tab; an empty one removes it. A browser that refuses loses it at a reload. */
    setInTab(key: string, value: string) {
      write(platform, 'tabStorage', nameOf(key), value);
    },
    /** Returns whether another tab has changed this value of the site, or emptied the storage. */
    isChanged: ({key: name}: {key?: string | null}, key: string) =>
      name === null || name === nameOf(key),
  };
};

const read = (stores: Stores, store: keyof Stores, name: string) => {
  try {
    return stores[store]?.getItem(name);
  } catch {
    return null;
  }
};

/** Returns false if the browser refuses. */
const write = (stores: Stores, store: keyof Stores, name: string, value: string) => {
  try {
    if (value) stores[store]?.setItem(name, value);
    else stores[store]?.removeItem(name);
    return true;
  } catch {
    return false;
  }
};

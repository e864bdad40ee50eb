import type {Platform, ValueStore} from '../platform.js';
import {itemName} from './item-name.js';

/** Values that this browser keeps for one site. Without storage they last as long as the page. */
export class SiteStorage {
  /** False after the browser has refused to keep a value. */
  isKept = true;
  private readonly memory = new Map<string, string>();

  constructor(
    readonly site: string,
    private readonly platform: Pick<Platform, 'storage' | 'tabStorage'>,
  ) {}

  get(key: string): string | null {
    return this.memory.get(key) ?? read(this.platform.storage, itemName(this.site, key)) ?? null;
  }

  set(key: string, value: string) {
    try {
      this.platform.storage.set(itemName(this.site, key), value);
      this.memory.delete(key);
    } catch {
      this.isKept = false;
      this.memory.set(key, value);
    }
  }

  remove(key: string) {
    this.memory.delete(key);
    try {
      this.platform.storage.delete(itemName(this.site, key));
    } catch {
      this.isKept = false;
    }
  }

  /** Returns a value that is kept for this tab, also across reloads. */
  getInTab(key: string) {
    return read(this.platform.tabStorage, itemName(this.site, key));
  }

  /** Keeps a value for this tab; an empty one removes it. */
  setInTab(key: string, value: string) {
    const name = itemName(this.site, key);
    try {
      if (value) this.platform.tabStorage?.set(name, value);
      else this.platform.tabStorage?.delete(name);
    } catch {
      // Then a reload loses it.
    }
  }

  /** Returns whether another tab has changed this value of the site, or emptied the storage. */
  isChanged({key: name}: {key?: string | null}, key: string) {
    return name === null || name === itemName(this.site, key);
  }
}

const read = (store: ValueStore | undefined, name: string) => {
  try {
    return store?.get(name);
  } catch {
    return null;
  }
};

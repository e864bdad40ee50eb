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
    return this.memory.get(key) || read(this.platform.storage, itemName(this.site, key)) || null;
  }

  /** Keeps a value; an empty one removes it. */
  set(key: string, value: string) {
    if (write(this.platform.storage, itemName(this.site, key), value)) this.memory.delete(key);
    else {
      this.isKept = false;
      this.memory.set(key, value);
    }
  }

  remove(key: string) {
    this.set(key, '');
  }

  /** Returns a value that is kept for this tab, also across reloads. */
  getInTab(key: string) {
    return read(this.platform.tabStorage, itemName(this.site, key));
  }

  /** Keeps a value for this tab; an empty one removes it. A browser that refuses loses it at a reload. */
  setInTab(key: string, value: string) {
    write(this.platform.tabStorage, itemName(this.site, key), value);
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

/** Returns false if the browser refuses. */
const write = (store: ValueStore | undefined, name: string, value: string) => {
  try {
    if (value) store?.set(name, value);
    else store?.delete(name);
    return true;
  } catch {
    return false;
  }
};

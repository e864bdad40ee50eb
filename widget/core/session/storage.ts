const itemName = (site: string, key: string) => `maria-chat:${site}:${key}`;

/** Reads one value and creates nothing. A blocked storage reads as an empty one. */
export const readStored = (site: string, key: string): string | null => {
  try {
    return localStorage.getItem(itemName(site, key));
  } catch {
    return null;
  }
};

/** What this browser keeps for one site. Without storage it lasts as long as the page. */
export class SiteStorage {
  /** False once the browser has refused to keep something. */
  isKept = true;
  private readonly memory = new Map<string, string>();

  constructor(readonly site: string) {}

  get(key: string): string | null {
    return this.memory.get(key) ?? readStored(this.site, key);
  }

  set(key: string, value: string) {
    try {
      localStorage.setItem(itemName(this.site, key), value);
      this.memory.delete(key);
    } catch {
      this.isKept = false;
      this.memory.set(key, value);
    }
  }

  remove(key: string) {
    this.memory.delete(key);
    try {
      localStorage.removeItem(itemName(this.site, key));
    } catch {
      this.isKept = false;
    }
  }

  /**
   * How many files were chosen in this tab and not sent: a reload loses them, and is to say so. Kept
   * for the tab; no number sets it.
   */
  unsent(count?: number) {
    return this.inTab('unsent', count === undefined ? undefined : String(count || ''));
  }

  /** Text in a field of this tab, as JSON; an empty one removes it. */
  draft(text?: string) {
    return this.inTab('draft', text);
  }

  /** Reads a value that is kept for this tab, after setting or removing it. */
  private inTab(key: string, value?: string) {
    const name = itemName(this.site, key);
    try {
      if (value) sessionStorage[name] = value;
      else if (value === '') delete sessionStorage[name];
      return sessionStorage[name] as string | undefined;
    } catch {
      return;
    }
  }

  /** True for a change made by another tab to one of this site's values. */
  isOurs(event: StorageEvent, key: string) {
    return event.key === null || event.key === itemName(this.site, key);
  }
}

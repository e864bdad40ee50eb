import type {ReactiveController} from 'lit';

import type {SiteStorage} from '../core/session/storage.js';
import type {Status} from '../core/status.js';
import {chooseLanguage, loadLanguage} from '../i18n/languages.js';
import type {Language, LanguageTag} from '../i18n/languages.js';
import {readStored} from '../launcher/stored-value.js';

export interface LanguageHost {
  readonly site: string;
  /** Language that the page asks for. */
  readonly chosenLang: string | null;
  readonly chat: {storage: SiteStorage; status: Status} | null;
  /** No language could be loaded: without texts there is no panel. */
  onNoLanguage(): void;
  onLoadError(error: unknown): void;
  requestUpdate(): void;
}

/** Loads the language of the panel: the visitor's choice, otherwise the page's. */
export class LanguageController implements ReactiveController {
  private current: Language | null = null;
  private requested: LanguageTag | null = null;

  constructor(private readonly host: LanguageHost) {}

  /** Null until the first language has been loaded. */
  get language() {
    return this.current;
  }

  get wanted() {
    const {chat, chosenLang, site} = this.host;
    const stored = chat ? chat.storage.get('lang') : readStored(site, 'lang');
    return chooseLanguage(stored ?? chosenLang);
  }

  hostConnected() {
    void this.load();
  }

  hostUpdate() {
    // A language that could not be loaded is not loaded again with every update.
    if (this.wanted !== this.requested) void this.load();
  }

  /** Returns whether there is a language. If the wanted one cannot be loaded, the previous one stays. */
  async load(): Promise<boolean> {
    const {host} = this;
    const tag = this.wanted;
    this.requested = tag;
    if (this.current?.tag === tag) return true;
    try {
      const language = await loadLanguage(tag);
      host.chat?.status.showMissing(false);
      if (tag === this.wanted) this.current = language;
    } catch (error) {
      host.onLoadError(error);
      host.chat?.status.showMissing(true);
    }
    if (!this.current) host.onNoLanguage();
    host.requestUpdate();
    return this.current !== null;
  }
}

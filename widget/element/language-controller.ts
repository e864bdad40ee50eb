import type {ReactiveController} from 'lit';

import type {Chat} from '../core/chat.js';
import {SiteStorage} from '../core/session/storage.js';
import {chooseLanguage, loadLanguage} from '../i18n/languages.js';
import type {Language, LanguageTag} from '../i18n/languages.js';
import {browserPlatform} from './browser-platform.js';

export interface LanguageHost {
  readonly element: {
    readonly site: string;
    /** Language that the page asks for. */
    readonly chosenLang: string | null;
    requestUpdate(): void;
  };
  readonly chat: Chat | null;
  onLoadError(error: unknown): void;
}

/** Loads the language of the panel: the visitor's choice, otherwise the page's. */
export class LanguageController implements ReactiveController {
  /** Null until the first language has been loaded. */
  current: Language | null = null;
  private requested: LanguageTag | null = null;

  constructor(private readonly host: LanguageHost) {}

  get wanted() {
    return chooseLanguage(this.storage.get('lang') ?? this.host.element.chosenLang);
  }

  /** Deletes the language that the visitor has chosen. */
  forgetChoice() {
    this.storage.remove('lang');
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
      const language = await loadLanguage(tag, navigator.languages);
      host.chat?.status.showMissing(false);
      if (tag === this.wanted) this.current = language;
    } catch (error) {
      host.onLoadError(error);
      host.chat?.status.showMissing(true);
    }
    host.element.requestUpdate();
    return this.current !== null;
  }

  private get storage(): Readonly<SiteStorage> {
    const {chat, element} = this.host;
    return chat?.storage ?? new SiteStorage(element.site, browserPlatform);
  }
}

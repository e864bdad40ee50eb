import type {ReactiveController} from '@lit/reactive-element';

import type {Chat} from '../core/chat.js';
import {createStorage} from '../core/session/storage.js';
import type {SiteStorage} from '../core/session/storage.js';
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

export type LanguageController = ReturnType<typeof createLanguageController>;

/** Loads the language of the panel: the visitor's choice, otherwise the page's. */
export const createLanguageController = (host: LanguageHost) => {
  let current: Language | null = null;
  let requested: LanguageTag | null = null;

  const storage = (): Readonly<SiteStorage> =>
    host.chat?.storage ?? createStorage(host.element.site, browserPlatform);

  const wanted = () => chooseLanguage(storage().get('lang') ?? host.element.chosenLang);

  /** Returns whether there is a language. If the wanted one cannot be loaded, the previous one stays. */
  const load = async (): Promise<boolean> => {
    const tag = wanted();
    requested = tag;
    if (current?.tag === tag) return true;
    try {
      const language = await loadLanguage(tag);
      host.chat?.status.showMissing(false);
      // Another language may be wanted by now.
      if (tag !== wanted()) return load();
      current = language;
    } catch (error) {
      host.onLoadError(error);
      host.chat?.status.showMissing(true);
    }
    host.element.requestUpdate();
    return current !== null;
  };

  return {
    /** Null until the first language has been loaded. */
    get current() {
      return current;
    },
    get wanted() {
      return wanted();
    },
    /** Deletes the language that the visitor has chosen. */
    forgetChoice() {
      storage().remove('lang');
    },
    hostConnected() {
      void load();
    },
    hostUpdate() {
      // A language that could not be loaded is not loaded again with every update.
      if (wanted() !== requested) void load();
    },
    load,
  } satisfies ReactiveController & Record<string, unknown>;
};
